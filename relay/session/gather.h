#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/frame.h"

namespace relay {

/// The frames that leave in one write, in order. Long ones stay where they are, short ones in a row are
/// copied together, so that a write has few pieces. One per shard, used again. [shard]
class Gather {
 public:
  void clear() {
    frames_.clear();
    bytes_ = 0;
  }
  void add(FrameRef frame) {
    bytes_ += frame->bytes().size();
    frames_.push_back(std::move(frame));
  }

  [[nodiscard]] bool empty() const { return frames_.empty(); }
  [[nodiscard]] size_t bytes() const { return bytes_; }
  /// All bytes, in pieces that last until the next call of anything here.
  [[nodiscard]] std::span<const std::string_view> pieces();

 private:
  static constexpr size_t kLong = 4096;

  std::vector<FrameRef> frames_;
  size_t bytes_ = 0;
  std::string copied_;
  std::vector<std::string_view> pieces_;
};

}  // namespace relay
