#include "cli/client/backoff.h"

#include <algorithm>

#include "cli/client/random.h"

namespace relay {

int64_t Backoff::next_us() {
  const int64_t half = pause_us_ / 2;
  const auto jitter = static_cast<int64_t>(next_random(state_) % static_cast<uint64_t>(half + 1));
  const int64_t pause = pause_us_ - jitter;
  pause_us_ = std::min(pause_us_ * 2, kLongestUs);
  return pause;
}

}  // namespace relay
