#pragma once

#include <cstddef>
#include <cstdint>

namespace relay {

/// Decides how long a shard lets events gather for a client before it writes to it again: not at all while
/// the shard has time to spare, longer the more of its time goes into writing. Owned by a shard; no locks, no
/// clock of its own.
///
/// A write costs the same for one frame as for twenty. So between two writes to a client lies twice the time
/// that writing to all who wait takes, at most `max_delay_us`: the shard writes for half of its time. Who was
/// not written to for that long gets its events at once. Where waiting is seen to gather nothing (a publisher
/// that waits for its last event to arrive) there is none; from time to time that is tried again.
class FlushPacer {
 public:
  explicit FlushPacer(int64_t max_delay_us) : max_delay_us_(max_delay_us) {}

  /// A batch of events was dispatched; `connections` wait to be written to.
  void dispatched(size_t connections);
  /// To so many was written in that time.
  void wrote(size_t connections, int64_t cost_us);
  /// One that had to wait was written to; `gained`: more events were dispatched while it did.
  void waited(bool gained);

  /// The time from one write to a client to the next, at least.
  [[nodiscard]] int64_t interval_us() const;
  void set_max_delay_us(int64_t max_delay_us) { max_delay_us_ = max_delay_us; }

 private:
  int64_t max_delay_us_;
  size_t crowd_ = 0;     // connections that wait at a time; falls slowly
  int64_t cost_ns_ = 0;  // of one write, smoothed
  int32_t gain_ = 256;   // waits that gathered something, smoothed, of 256
  uint32_t since_trial_ = 0;
};

}  // namespace relay
