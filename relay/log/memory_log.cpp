#include "log/memory_log.h"

#include <algorithm>
#include <utility>

namespace relay {

MemoryLog::MemoryLog(std::string epoch, uint64_t max_events, uint64_t max_bytes)
    : epoch_(std::move(epoch)), max_events_(max_events), max_bytes_(max_bytes) {}

void MemoryLog::append(std::vector<EventRef> events) {
  std::vector<EventRef> expired;  // destroyed after the lock is gone
  expired.reserve(events.size());
  const std::lock_guard lock(mutex_);
  for (EventRef& event : events) {
    event->set_offset(++newest_);
    bytes_ += event->footprint();
    ring_.push_back(std::move(event));
  }
  while (!ring_.empty() && (ring_.size() > max_events_ || bytes_ > max_bytes_)) {
    bytes_ -= ring_.front()->footprint();
    expired.push_back(std::move(ring_.front()));
    ring_.pop_front();
  }
}

void MemoryLog::read(uint64_t from, uint64_t to, size_t limit, std::vector<EventRef>& out) const {
  out.clear();
  const std::lock_guard lock(mutex_);
  const uint64_t oldest = newest_ - ring_.size() + 1;
  for (uint64_t offset = std::max(from, oldest); offset <= std::min(to, newest_) && out.size() < limit;
       ++offset)
    out.push_back(ring_[offset - oldest]);
}

Log::Bounds MemoryLog::bounds() const {
  const std::lock_guard lock(mutex_);
  return {newest_ - ring_.size() + 1, newest_, bytes_};
}

uint64_t MemoryLog::offset_at(int64_t time_us) const {
  const std::lock_guard lock(mutex_);
  // Sources are merged by arrival, so times are only nearly sorted: the first match is found by looking.
  const auto found = std::find_if(ring_.begin(), ring_.end(),
                                  [time_us](const EventRef& event) { return event->time_us() >= time_us; });
  return newest_ - ring_.size() + 1 + static_cast<uint64_t>(found - ring_.begin());
}

}  // namespace relay
