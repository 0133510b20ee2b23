#include "session/start_position.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/units.h"
#include "codec/gap.h"

namespace relay {
namespace {

bool parse_offset(std::string_view text, uint64_t& offset) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), offset);
  return error == std::errc() && end == text.data() + text.size();
}

tl::unexpected<Error> in_future(std::string subject, uint64_t newest) {
  return fail(std::string(gap_reason::kFuture), std::move(subject),
              "the log has not come that far; its newest offset is " + std::to_string(newest));
}

}  // namespace

Result<StartPosition> parse_since(std::string_view since, const ShardServices& services) {
  StartPosition start{StartPosition::Kind::offset};
  const Log::Bounds bounds = services.log.bounds();
  if (parse_offset(since, start.value)) {
    if (start.value > bounds.newest + 1) return in_future("since", bounds.newest);
    if (start.value == 0) start.value = bounds.oldest;
    return start;
  }
  int64_t time_us = 0;
  if (const Result<double> ago_s = parse_duration_s(since)) {
    constexpr double kOldest_s = 1e10;  // three centuries: longer ago is no other answer, and still fits
    time_us = services.clock.wall_us() - static_cast<int64_t>(std::min(*ago_s, kOldest_s) * 1e6);
  } else if (!parse_time(since, 0, time_us)) {
    return fail("bad_since", "since",
                "must be an offset (1200), a duration ago (5m) or a time (2026-03-03T12:00:00Z)");
  }
  start.value = services.log.offset_at(time_us);
  start.not_before_us = time_us;
  return start;
}

Result<StartPosition> resume_after(std::string_view epoch, uint64_t offset, const ShardServices& services) {
  if (!services.log.knows(epoch, offset))
    return fail(std::string(gap_reason::kEpoch), "epoch",
                "the log has begun anew since; subscribe without resume");
  const Log::Bounds bounds = services.log.bounds();
  if (offset > bounds.newest) return in_future("offset", bounds.newest);
  if (offset + 1 < bounds.oldest)
    return fail(
        std::string(gap_reason::kExpired), "offset",
        "the log no longer holds what follows; its oldest offset is " + std::to_string(bounds.oldest));
  return StartPosition{StartPosition::Kind::offset, offset + 1, INT64_MIN, true};
}

}  // namespace relay
