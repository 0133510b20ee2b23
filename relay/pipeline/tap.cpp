#include "pipeline/tap.h"

#include <utility>

namespace relay {

void Tap::put(std::string text) {
  const std::lock_guard lock(mutex_);
  const bool fits = records_.size() < kMaxRecords && bytes_ + text.size() <= kMaxBytes;
  if (!fits && !records_.empty()) {
    ++left_out_;
    return;
  }
  bytes_ += text.size();
  records_.push_back({std::exchange(left_out_, 0), std::move(text)});
}

void Tap::end(std::string why) {
  const std::lock_guard lock(mutex_);
  ended_ = std::move(why);
}

Tap::Taken Tap::take(size_t max_bytes) {
  Taken taken;
  size_t bytes = 0;
  const std::lock_guard lock(mutex_);
  while (!records_.empty() && bytes < max_bytes) {
    bytes += records_.front().text.size();
    taken.records.push_back(std::move(records_.front()));
    records_.pop_front();
  }
  bytes_ -= bytes;
  taken.untouched = untouched_.load(std::memory_order_relaxed);
  if (!records_.empty()) return taken;
  taken.left_out = std::exchange(left_out_, 0);
  taken.ended = ended_;
  return taken;
}

}  // namespace relay
