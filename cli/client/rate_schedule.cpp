#include "cli/client/rate_schedule.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace relay {

Result<double> parse_rate(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const std::string unit(end);
  const bool known = unit.empty() || unit == "/s" || unit == "/m";
  if (end == text.c_str() || !known || !std::isfinite(value) || value <= 0)
    return fail("bad_rate", text, "is not a rate such as 100/s or 30/m");
  return unit == "/m" ? value / 60 : value;
}

RateSchedule::RateSchedule(double events_per_s, int64_t start_us)
    : events_per_s_(events_per_s),
      burst_(std::max<uint64_t>(1, static_cast<uint64_t>(events_per_s / 10))),
      start_us_(start_us) {}

int64_t RateSchedule::due_at(uint64_t index) const {
  return start_us_ + static_cast<int64_t>(std::llround(static_cast<double>(index) * 1e6 / events_per_s_));
}

uint64_t RateSchedule::due(int64_t now_us) {
  if (now_us < due_at(sent_)) return 0;
  const auto elapsed_s = static_cast<double>(now_us - start_us_) / 1e6;
  const uint64_t reached = std::max(static_cast<uint64_t>(elapsed_s * events_per_s_) + 1, sent_ + 1);
  const uint64_t behind = reached - sent_;
  if (behind <= burst_) return behind;
  start_us_ += due_at(reached) - due_at(sent_ + burst_);
  return burst_;
}

}  // namespace relay
