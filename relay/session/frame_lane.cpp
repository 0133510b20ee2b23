#include "session/frame_lane.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

namespace relay {

void FrameLane::push_back(FrameRef frame, uint64_t arrival) {
  if (size_ == capacity_) grow();
  ring_[slot(size_++)] = {std::move(frame), arrival};
}

FrameRef FrameLane::take(size_t index) {
  FrameRef frame = std::move(ring_[slot(index)].frame);
  for (; index > 0; --index) ring_[slot(index)] = std::move(ring_[slot(index - 1)]);
  head_ = static_cast<uint32_t>(slot(1));
  if (--size_ == 0 && capacity_ > kKeptCapacity) {
    ring_.reset();
    capacity_ = head_ = 0;
  }
  return frame;
}

void FrameLane::keep_newest_of_each_key(const std::function<void(const Frame&)>& dropped) {
  std::unordered_set<uint64_t> seen;
  std::vector<bool> stays(size_, true);
  for (size_t i = size_; i-- > 0;) {
    const uint64_t key = (*this)[i].conflation_key();
    if (key != 0) stays[i] = seen.insert(key).second;
  }
  size_t kept = 0;
  for (size_t i = 0; i < size_; ++i) {
    Waiting& waiting = ring_[slot(i)];
    if (stays[i]) {
      if (kept != i) ring_[slot(kept)] = std::move(waiting);
      ++kept;
    } else {
      dropped(*waiting.frame);
      waiting.frame = nullptr;
    }
  }
  size_ = static_cast<uint32_t>(kept);
}

void FrameLane::grow() {
  const uint32_t capacity = std::max(kFirstCapacity, capacity_ * 2);
  auto ring = std::make_unique<Waiting[]>(capacity);
  for (size_t i = 0; i < size_; ++i) ring[i] = std::move(ring_[slot(i)]);
  ring_ = std::move(ring);
  capacity_ = capacity;
  head_ = 0;
}

}  // namespace relay
