#pragma once

#include <string>
#include <string_view>

#include "cli/bench/http_answer.h"
#include "cli/bench/load_link.h"

namespace relay {

/// Server-sent events: a payload is the lines of one event. Only for subscribers.
class SseLink final : public LoadLink {
 public:
  using LoadLink::LoadLink;

 protected:
  void greet() override;
  void take(std::string_view bytes) override;

 private:
  [[nodiscard]] bool accept(std::string_view& bytes);
  void take_lines(std::string_view text);
  void finish_block(std::string_view block);

  static constexpr size_t kMaxEvent = size_t{64} << 20;

  HttpAnswerHead head_;
  HttpAnswerBody body_;
  std::string carry_;  // an event whose end has not come
};

}  // namespace relay
