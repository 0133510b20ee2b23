#pragma once

#include <cstdint>

namespace relay {

/// When events are due at a fixed rate, whatever happens: event k at start + k / rate. A sender that falls
/// behind finds all that it missed still due, at the times they were due, so that the delay counts as latency
/// ("coordinated omission" is leaving it out).
class OpenSchedule {
 public:
  OpenSchedule(double events_per_s, int64_t start_ns)
      : interval_ns_(1e9 / events_per_s), start_ns_(start_ns) {}

  /// When event `index` is due.
  [[nodiscard]] int64_t due_ns(uint64_t index) const {
    return start_ns_ + static_cast<int64_t>(static_cast<double>(index) * interval_ns_);
  }
  /// How many events are due up to and including `now_ns`.
  [[nodiscard]] uint64_t due_by(int64_t now_ns) const;

 private:
  double interval_ns_;
  int64_t start_ns_;
};

}  // namespace relay
