#include "net/flush_pacer.h"

#include <algorithm>

namespace relay {
namespace {

/// Shorter pauses are not worth a timer, whose step is a millisecond.
constexpr int64_t kShortestPauseUs = 500;
/// With this many frames in a write, more of them make it hardly any cheaper per frame.
constexpr size_t kEnoughEvents = 32;
/// Waits that gather next to nothing are given up, but tried again every so often.
constexpr int64_t kOneEvent = 1 << 16;
constexpr int64_t kWorthwhileGain = kOneEvent / 64;
constexpr uint32_t kFlushesPerTrial = 32;

}  // namespace

int64_t FlushPacer::delay_us(int64_t now_us, size_t events) {
  if (now_us >= earliest_us_ || events >= kEnoughEvents) return 0;
  if (waited_with_ == 0) {
    if (gain_ < kWorthwhileGain && ++since_trial_ < kFlushesPerTrial) return 0;
    since_trial_ = 0;
    waited_with_ = std::max<size_t>(events, 1);
  }
  return earliest_us_ - now_us;
}

void FlushPacer::flushed(int64_t begun_us, int64_t ended_us, size_t events) {
  cost_us_ += (ended_us - begun_us - cost_us_) / 4;
  pause_us_ = cost_us_;  // so that a shard writes for half of its time at the most
  // A flush that takes long gathers events by itself: what a pause would add is delay.
  if (pause_us_ > max_delay_us_) pause_us_ = 2 * max_delay_us_ - pause_us_;
  if (pause_us_ < kShortestPauseUs) pause_us_ = 0;
  earliest_us_ = ended_us + pause_us_;
  if (waited_with_ == 0) return;
  const size_t gained = events - std::min(events, waited_with_);
  gain_ += (static_cast<int64_t>(gained) * kOneEvent - gain_) / 16;
  waited_with_ = 0;
}

}  // namespace relay
