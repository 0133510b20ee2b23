#include "net/flush_pacer.h"

#include <algorithm>

namespace relay {
namespace {

/// A shard writes for one part in so many of its time.
constexpr int64_t kShare = 2;
/// Shorter waits are not worth a timer, whose step is a millisecond.
constexpr int64_t kShortestIntervalUs = 1000;
/// Where fewer waits gather anything, waiting is given up, but tried again every so often.
constexpr int32_t kWorthwhileGain = 256 / 4;
constexpr uint32_t kBatchesPerTrial = 32;

}  // namespace

void FlushPacer::dispatched(size_t connections) {
  crowd_ = std::max(connections, crowd_ - (crowd_ + 15) / 16);
  if (gain_ >= kWorthwhileGain || ++since_trial_ < kBatchesPerTrial) return;
  since_trial_ = 0;
  gain_ = kWorthwhileGain;
}

void FlushPacer::wrote(size_t connections, int64_t cost_us) {
  if (connections == 0) return;
  cost_ns_ += (cost_us * 1000 / static_cast<int64_t>(connections) - cost_ns_) / 8;
}

void FlushPacer::waited(bool gained) { gain_ += ((gained ? 256 : 0) - gain_) / 8; }

int64_t FlushPacer::interval_us() const {
  if (gain_ < kWorthwhileGain) return 0;
  const int64_t round_us = cost_ns_ * static_cast<int64_t>(crowd_) / 1000;
  const int64_t interval_us = std::min(kShare * round_us, max_delay_us_);
  return interval_us < kShortestIntervalUs ? 0 : interval_us;
}

}  // namespace relay
