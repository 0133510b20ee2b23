#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace relay {

/// "10", "10/s", "600/m", "0.5/s": events per second, more than 0. Error `bad_rate`.
[[nodiscard]] Result<double> parse_rate(const std::string& text);

/// When events are due at a steady rate. Event k is due at start + k / rate, counted from the start, so that
/// late timers do not add up. After a stall at most a tenth of a second's worth is caught up at once; the
/// rest of the schedule moves back.
class RateSchedule {
 public:
  RateSchedule(double events_per_s, int64_t start_us);

  /// How many events may be sent now.
  [[nodiscard]] uint64_t due(int64_t now_us);
  /// `count` events were sent.
  void sent(uint64_t count) { sent_ += count; }
  /// When the next event is due.
  [[nodiscard]] int64_t next_us() const { return due_at(sent_); }

 private:
  [[nodiscard]] int64_t due_at(uint64_t index) const;

  const double events_per_s_;
  const uint64_t burst_;
  int64_t start_us_;
  uint64_t sent_ = 0;
};

}  // namespace relay
