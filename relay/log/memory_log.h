#pragma once

#include <atomic>
#include <deque>
#include <mutex>

#include "log/log.h"

namespace relay {

/// A bounded ring in memory: the oldest events go when `max_bytes` or `max_events` is passed.
///
/// The mutex is a leaf; it is held while references are copied, never while events are read or destroyed.
class MemoryLog final : public Log {
 public:
  /// The first event gets the offset `first`.
  MemoryLog(std::string epoch, uint64_t max_events, uint64_t max_bytes, uint64_t first = 1);

  [[nodiscard]] const std::string& epoch() const override { return epoch_; }
  void append(std::vector<EventRef> events) override;
  void read(uint64_t from, uint64_t to, size_t limit, std::vector<EventRef>& out) const override;
  [[nodiscard]] Bounds bounds() const override;
  [[nodiscard]] uint64_t offset_at(int64_t time_us) const override;
  [[nodiscard]] bool visit(std::function<void(LogReader&)> job) const override;

  /// [any-thread] What comes from `offset` on is held even beyond the bounds, until a later one is named.
  void hold_from(uint64_t offset) { held_from_.store(offset, std::memory_order_relaxed); }

 private:
  const std::string epoch_;
  const uint64_t max_events_;
  const uint64_t max_bytes_;
  std::atomic<uint64_t> held_from_{UINT64_MAX};
  mutable std::mutex mutex_;
  std::deque<EventRef> ring_;
  uint64_t newest_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace relay
