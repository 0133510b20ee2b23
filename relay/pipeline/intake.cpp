#include "pipeline/intake.h"

#include <algorithm>
#include <chrono>

namespace relay {

Intake::Intake(size_t max_events, size_t max_bytes) : max_events_(max_events), max_bytes_(max_bytes) {}

bool Intake::offer(Publication&& publication) {
  const std::lock_guard lock(mutex_);
  const bool was_empty = queue_.empty();
  if (!take_in(publication)) return false;
  if (was_empty) arrived_.notify_one();
  return true;
}

void Intake::offer_all(std::vector<Publication>& publications) {
  const std::lock_guard lock(mutex_);
  const bool was_empty = queue_.empty();
  const auto refused = std::find_if_not(publications.begin(), publications.end(),
                                        [this](Publication& each) { return take_in(each); });
  publications.erase(publications.begin(), refused);
  if (was_empty && !queue_.empty()) arrived_.notify_one();
}

// The mutex is held.
bool Intake::take_in(Publication& publication) {
  size_t bytes = 0;
  for (const EventRef& event : publication.events) bytes += event->footprint();
  for (const PresenceChange& change : publication.presence) bytes += change.footprint();
  // An empty queue takes any publication, so one larger than the bound is not refused for ever.
  const bool fits = queue_.empty() || (counters_.queued_events + publication.size() <= max_events_ &&
                                       counters_.queued_bytes + bytes <= max_bytes_);
  if (closed_ || !suspended_.empty() || !fits) {
    ++counters_.refused;
    return false;
  }
  ++counters_.publications;
  counters_.events += publication.events.size() + publication.presence.size();
  counters_.queued_events += publication.size();
  counters_.queued_bytes += bytes;
  queue_.push_back(std::move(publication));
  return true;
}

bool Intake::wait_for_room(int timeout_ms) {
  std::unique_lock lock(mutex_);
  const auto has_room = [this] {
    return closed_ || (suspended_.empty() && counters_.queued_events <= max_events_ / 2 &&
                       counters_.queued_bytes <= max_bytes_ / 2);
  };
  return room_.wait_for(lock, std::chrono::milliseconds(timeout_ms), has_room) && !closed_;
}

bool Intake::take(std::vector<Publication>& out, int64_t timeout_us) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, std::chrono::microseconds(timeout_us),
                    [this] { return closed_ || interrupted_ || !queue_.empty(); });
  interrupted_ = false;
  out.clear();
  queue_.swap(out);
  counters_.queued_events = 0;
  counters_.queued_bytes = 0;
  room_.notify_all();
  return !(closed_ && out.empty());
}

void Intake::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  arrived_.notify_one();
}

void Intake::suspend(std::string_view code) {
  const std::lock_guard lock(mutex_);
  suspended_ = code;
  is_suspended_ = true;
}

void Intake::resume() {
  const std::lock_guard lock(mutex_);
  suspended_.clear();
  is_suspended_ = false;
  room_.notify_all();
}

std::string Intake::suspended() const {
  const std::lock_guard lock(mutex_);
  return suspended_;
}

void Intake::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  arrived_.notify_all();
  room_.notify_all();
}

Intake::Counters Intake::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace relay
