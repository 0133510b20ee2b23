#include "journal/time_index.h"

#include <algorithm>
#include <utility>

namespace relay {
namespace {

constexpr int64_t kStepUs = 1'000'000;
constexpr size_t kMaxEntries = 100'000;  // a day; of more, every second one goes

}  // namespace

void TimeIndex::add(uint64_t first, int64_t newest_us) {
  if (newest_us == INT64_MIN) return;  // nothing in it is kept
  const std::lock_guard lock(mutex_);
  if (entries_.empty()) return entries_.push_back({first, newest_us});
  const int64_t before_us = entries_.size() > 1 ? entries_[entries_.size() - 2].newest_us : INT64_MIN;
  const int64_t latest_us = std::max(entries_.back().newest_us, newest_us);
  if (entries_.size() == 1 || entries_.back().newest_us - before_us >= kStepUs)
    entries_.push_back({first, latest_us});
  else
    entries_.back().newest_us = latest_us;
  if (entries_.size() > kMaxEntries) thin_out();
}

void TimeIndex::thin_out() {
  std::deque<Entry> half;
  for (size_t i = 0; i + 1 < entries_.size(); i += 2)
    half.push_back({entries_[i].first, entries_[i + 1].newest_us});
  if (entries_.size() % 2 == 1) half.push_back(entries_.back());
  entries_ = std::move(half);
}

void TimeIndex::trim(uint64_t oldest) {
  const std::lock_guard lock(mutex_);
  while (entries_.size() > 1 && entries_[1].first <= oldest) entries_.pop_front();
  if (!entries_.empty()) entries_.front().first = std::max(entries_.front().first, oldest);
}

uint64_t TimeIndex::find(int64_t time_us) const {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), time_us,
                       [](const Entry& entry, int64_t time) { return entry.newest_us < time; });
  return found == entries_.end() ? 0 : found->first;
}

}  // namespace relay
