#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace relay {

inline constexpr std::string_view kOffsetPrefix = "offset:";

/// A place in a log as flags name it: an offset, or a time.
struct LogPoint {
  std::optional<uint64_t> offset;
  int64_t time_us = 0;  ///< when there is no offset
};

/// "offset:120", an RFC 3339 time, or how long before `now_us`: "5m". Error `bad_since`.
[[nodiscard]] Result<LogPoint> parse_log_point(const std::string& text, int64_t now_us);

}  // namespace relay
