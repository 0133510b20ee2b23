#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "codec/frame.h"

namespace relay {

/// A queue of frames in a ring. Unlike std::deque an empty one holds no memory: most sessions are idle.
class FrameLane {
 public:
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const Frame& operator[](size_t index) const { return *ring_[slot(index)].frame; }
  /// The number that the first frame was pushed with.
  [[nodiscard]] uint64_t arrival() const { return ring_[head_].arrival; }

  /// `arrival` counts up over all lanes of an outbox.
  void push_back(FrameRef frame, uint64_t arrival);
  /// Takes the frame at `index` out; cheap near the front.
  FrameRef take(size_t index);
  /// Of the events' frames with one conflation key only the newest stays; `dropped` is told of the others, in
  /// order. One pass over the lane.
  void keep_newest_of_each_key(const std::function<void(const Frame&)>& dropped);

 private:
  struct Waiting {
    FrameRef frame;
    uint64_t arrival = 0;
  };
  /// A client that keeps up has one or two frames waiting: a reply, a bundle.
  static constexpr uint32_t kFirstCapacity = 2;
  /// An empty ring larger than this is given back.
  static constexpr uint32_t kKeptCapacity = 64;

  // The capacity is a power of two.
  [[nodiscard]] size_t slot(size_t index) const { return (head_ + index) & (capacity_ - 1); }
  void grow();

  // Four of these are in every session, so they are kept small.
  std::unique_ptr<Waiting[]> ring_;
  uint32_t capacity_ = 0;
  uint32_t head_ = 0;
  uint32_t size_ = 0;
};

}  // namespace relay
