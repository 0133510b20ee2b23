#include "log/memory_log.h"

#include <algorithm>
#include <utility>

namespace relay {

MemoryLog::MemoryLog(std::string epoch, uint64_t max_events, uint64_t max_bytes, uint64_t first)
    : epoch_(std::move(epoch)), max_events_(max_events), max_bytes_(max_bytes), newest_(first - 1) {}

void MemoryLog::append(std::vector<EventRef> events) {
  std::vector<EventRef> expired;  // destroyed after the lock is gone
  expired.reserve(events.size());
  const std::lock_guard lock(mutex_);
  for (EventRef& event : events) {
    event->set_offset(++newest_);
    bytes_ += event->footprint();
    ring_.push_back(std::move(event));
  }
  const uint64_t held_from = held_from_.load(std::memory_order_relaxed);
  while (!ring_.empty() && (ring_.size() > max_events_ || bytes_ > max_bytes_) &&
         ring_.front()->offset() < held_from) {
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
  const uint64_t oldest = newest_ - ring_.size() + 1;
  return {oldest, newest_, bytes_, oldest};
}

uint64_t MemoryLog::offset_at(int64_t time_us) const {
  const std::lock_guard lock(mutex_);
  // Sources are merged by arrival, so times are only nearly sorted: the first match is found by looking.
  const auto found = std::find_if(ring_.begin(), ring_.end(),
                                  [time_us](const EventRef& event) { return event->time_us() >= time_us; });
  return newest_ - ring_.size() + 1 + static_cast<uint64_t>(found - ring_.begin());
}

bool MemoryLog::visit(std::function<void(LogReader&)> job) const {
  class Reader final : public LogReader {
   public:
    explicit Reader(const MemoryLog& log) : log_(log) {}
    uint64_t read(uint64_t from, uint64_t to, size_t limit, std::vector<EventRef>& out,
                  std::vector<Hole>& holes) override {
      log_.read(from, to, limit, out);
      if (out.empty()) return from;
      if (out.front()->offset() > from) holes.push_back({from, out.front()->offset() - 1});
      return out.back()->offset() + 1;
    }

   private:
    const MemoryLog& log_;
  };
  Reader reader(*this);
  job(reader);
  return true;
}

}  // namespace relay
