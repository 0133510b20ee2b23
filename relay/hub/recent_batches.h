#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "pipeline/routed_batch.h"

namespace relay {

/// The batches of the last while, for clients that come back to a shard. All shards hold the same batches, so
/// what is here is held once. Owned by one shard; no locks. [shard]
///
/// Invariant: the offsets from `oldest` to `newest` are here without a hole.
class RecentBatches {
 public:
  /// Beyond any of these the oldest batches are forgotten.
  struct Limits {
    int64_t age_us;
    uint64_t events;
    uint64_t bytes;
  };

  explicit RecentBatches(const Limits& limits) : limits_(limits) {}

  /// Batches come in the order of their offsets. One that does not follow the last, because the shard missed
  /// what is between, is the first of those kept.
  void keep(const RoutedBatchRef& batch, int64_t now_us);

  /// `newest` + 1 when there is nothing.
  [[nodiscard]] uint64_t oldest() const;
  [[nodiscard]] uint64_t newest() const { return newest_; }
  /// Null when the offset is not here.
  [[nodiscard]] const RoutedBatch* find(uint64_t offset) const;
  [[nodiscard]] uint64_t bytes() const { return bytes_; }

 private:
  struct Kept {
    RoutedBatchRef batch;
    int64_t since_us;
    uint64_t bytes;
  };
  void forget_oldest();

  const Limits limits_;
  std::deque<Kept> batches_;
  uint64_t newest_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace relay
