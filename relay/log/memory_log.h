#pragma once

#include <deque>
#include <mutex>

#include "log/log.h"

namespace relay {

/// A bounded ring in memory: the oldest events go when `max_bytes` or `max_events` is passed.
///
/// The mutex is a leaf; it is held while references are copied, never while events are read or destroyed.
class MemoryLog final : public Log {
 public:
  MemoryLog(std::string epoch, uint64_t max_events, uint64_t max_bytes);

  [[nodiscard]] const std::string& epoch() const override { return epoch_; }
  void append(std::vector<EventRef> events) override;
  void read(uint64_t from, uint64_t to, size_t limit, std::vector<EventRef>& out) const override;
  [[nodiscard]] Bounds bounds() const override;
  [[nodiscard]] uint64_t offset_at(int64_t time_us) const override;

 private:
  const std::string epoch_;
  const uint64_t max_events_;
  const uint64_t max_bytes_;
  mutable std::mutex mutex_;
  std::deque<EventRef> ring_;
  uint64_t newest_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace relay
