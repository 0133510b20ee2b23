#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace relay {

/// Text with {{i}} (1 for the first event), {{now}} (RFC 3339), {{uuid}} and {{rand:LOW:HIGH}} (both
/// included) in it. Immutable.
class EventTemplate {
 public:
  /// Error `bad_template`, subject the placeholder.
  [[nodiscard]] static Result<EventTemplate> parse(std::string_view text);
  /// A text that is taken as it is.
  [[nodiscard]] static EventTemplate literal(std::string_view text);

  /// `random` is a next_random state.
  [[nodiscard]] std::string expand(uint64_t i, const Clock& clock, uint64_t& random) const;

 private:
  struct Part {
    enum class Kind { text, index, now, uuid, random };
    Kind kind = Kind::text;
    std::string text;
    int64_t low = 0, high = 0;
  };
  static Result<Part> parse_placeholder(std::string_view name);

  std::vector<Part> parts_;
};

}  // namespace relay
