#include "hub/hub.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace relay {

Hub::Hub(std::vector<ShardPort*> shards, int64_t patience_us)
    : shards_(std::move(shards)), patience_us_(patience_us) {}

bool Hub::wants_views() const {
  return std::any_of(shards_.begin(), shards_.end(),
                     [](const ShardPort* shard) { return shard->wants_views(); });
}

void Hub::publish(const RoutedBatchRef& batch) {
  using std::chrono::steady_clock;
  constexpr auto kSlice = std::chrono::microseconds(200);
  for (ShardPort* shard : shards_) {
    if (shard->deliver(batch)) continue;
    // Flow control, not I/O: while a shard catches up the intake fills and publishers are asked to wait.
    const auto give_up = steady_clock::now() + std::chrono::microseconds(patience_us_);
    bool taken = false;
    while (!taken && steady_clock::now() < give_up) {
      std::this_thread::sleep_for(kSlice);
      taken = shard->deliver(batch);
    }
    if (taken) continue;
    skipped_.fetch_add(1, std::memory_order_relaxed);
    shard->missed(batch->events.front().event->offset(), batch->events.back().event->offset());
  }
}

}  // namespace relay
