#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "pipeline/routed_batch.h"

namespace relay {

/// Where a shard takes what the hub hands out. Implemented by the shard.
class ShardPort {
 public:
  virtual ~ShardPort() = default;
  /// [pipeline] False when the shard's mailbox is full; the batch is then not queued.
  [[nodiscard]] virtual bool deliver(const RoutedBatchRef& batch) = 0;
  /// [pipeline] The shard missed the offsets [from, to]: it tells its clients. Never refused.
  virtual void missed(uint64_t from, uint64_t to) = 0;
  /// [pipeline] Whether a client of this shard gets what views make.
  [[nodiscard]] virtual bool wants_views() const = 0;
};

/// Hands every routed batch to every shard, in order. Owned and called by the pipeline thread.
///
/// A shard whose mailbox is full is waited for up to `patience_us` (in slices, so others go on being served
/// the next batch only after it); past that the batch is skipped for that shard, counted, and its clients are
/// told.
class Hub {
 public:
  Hub(std::vector<ShardPort*> shards, int64_t patience_us);

  void publish(const RoutedBatchRef& batch);
  [[nodiscard]] bool wants_views() const;

  /// [any-thread] Batches that some shard was too slow to take.
  [[nodiscard]] uint64_t skipped_batches() const { return skipped_.load(std::memory_order_relaxed); }

 private:
  const std::vector<ShardPort*> shards_;
  const int64_t patience_us_;
  std::atomic<uint64_t> skipped_{0};
};

}  // namespace relay
