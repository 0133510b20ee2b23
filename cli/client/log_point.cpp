#include "cli/client/log_point.h"

#include <charconv>

#include "base/clock.h"
#include "base/units.h"

namespace relay {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<LogPoint> parse_log_point(const std::string& text, int64_t now_us) {
  LogPoint point;
  if (is_number(text)) return fail("bad_since", text, "needs a unit; say " + text + "s, or offset:" + text);
  if (text.rfind(kOffsetPrefix, 0) == 0 && is_number(std::string_view(text).substr(kOffsetPrefix.size()))) {
    point.offset = UINT64_MAX;  // what is too large for a number is behind everything, too
    std::from_chars(text.data() + kOffsetPrefix.size(), text.data() + text.size(), *point.offset);
    return point;
  }
  if (const auto seconds = parse_duration_s(text)) {
    point.time_us = now_us - static_cast<int64_t>(*seconds * 1e6);
    return point;
  }
  if (parse_time(text, 0, point.time_us)) return point;
  return fail("bad_since", text, "is not 5m, an RFC 3339 time or offset:N");
}

}  // namespace relay
