#include "session/frame_lane.h"

#include <algorithm>
#include <utility>

namespace relay {

void FrameLane::push_back(FrameRef frame, uint64_t arrival) {
  if (size_ == ring_.size()) grow();
  ring_[slot(size_++)] = {std::move(frame), arrival};
}

FrameRef FrameLane::take(size_t index) {
  FrameRef frame = std::move(ring_[slot(index)].frame);
  for (; index > 0; --index) ring_[slot(index)] = std::move(ring_[slot(index - 1)]);
  head_ = slot(1);
  if (--size_ == 0 && ring_.size() > kKeptCapacity) {
    ring_ = {};
    head_ = 0;
  }
  return frame;
}

void FrameLane::grow() {
  std::vector<Waiting> ring(std::max(kFirstCapacity, ring_.size() * 2));
  for (size_t i = 0; i < size_; ++i) ring[i] = std::move(ring_[slot(i)]);
  ring_ = std::move(ring);
  head_ = 0;
}

}  // namespace relay
