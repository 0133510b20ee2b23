#pragma once

#include <cstddef>
#include <cstdint>

namespace relay {

/// Decides how long a shard lets events gather before it writes them to its clients: nothing while it has
/// time to spare, more the more of its time goes into writing. Owned by a shard; no locks, no clock of its
/// own.
///
/// A write costs the same for one frame as for twenty, so a shard that writes without pause does well to
/// pause: after a flush that took t, the next waits for t, at most `max_delay_us`; beyond that for less
/// and less, as events then gather during the flush. A flush is not delayed when enough has gathered already,
/// nor when waiting is seen to gather nothing (a publisher that waits for its last event to arrive); from
/// time to time that is tried again.
class FlushPacer {
 public:
  explicit FlushPacer(int64_t max_delay_us) : max_delay_us_(max_delay_us) {}

  /// `events` wait to be written. Microseconds until they should be; 0: now.
  [[nodiscard]] int64_t delay_us(int64_t now_us, size_t events);
  /// They have been written.
  void flushed(int64_t begun_us, int64_t ended_us, size_t events);

  void set_max_delay_us(int64_t max_delay_us) { max_delay_us_ = max_delay_us; }
  /// The pause after the last flush, for those who watch.
  [[nodiscard]] int64_t pause_us() const { return pause_us_; }

 private:
  int64_t max_delay_us_;
  int64_t cost_us_ = 0;  // of a flush, smoothed
  int64_t pause_us_ = 0;
  int64_t earliest_us_ = 0;  // when the next flush may be
  size_t waited_with_ = 0;   // events that were there when a wait began; 0: none has
  int64_t gain_ = 1 << 16;   // events a wait gathers, smoothed, in 1/65,536
  uint32_t since_trial_ = 0;
};

}  // namespace relay
