#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/bench/http_answer.h"
#include "cli/bench/load_link.h"

namespace relay {

/// Publishes by POST over one connection that is kept, a batch a request as NDJSON, one event as JSON. The
/// status is the server's answer for the batch; `{"accepted":n}` in it says for how many it is a yes.
class HttpLink final : public PublishingLink {
 public:
  using PublishingLink::PublishingLink;

  void publish(const PublishBatch& batch) override;
  [[nodiscard]] bool can_publish() const override { return ready() && awaited_ == 0; }

 protected:
  void greet() override { become_ready(); }
  void take(std::string_view bytes) override;

 private:
  void finish_answer();

  static constexpr size_t kMaxAnswer = size_t{1} << 20;

  HttpAnswerHead head_;
  HttpAnswerBody body_;
  std::string answer_;
  std::string scratch_;
  uint64_t awaited_ = 0;  // events of the request that is not answered
};

}  // namespace relay
