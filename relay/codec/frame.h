#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/ref.h"

namespace relay {

/// How a session's events go over the wire.
enum class FrameCoding : uint8_t {
  plain,
  deflated,  ///< permessage-deflate, where that makes it shorter
  msgpack,   ///< Socket.IO only: socket.io-msgpack-parser's binary messages, never compressed
};
inline constexpr size_t kFrameCodings = 3;

/// Bytes ready for the wire, whole protocol units only: a WebSocket frame with its header, an SSE event, or
/// several of these in a row, a bundle. Encoded once per event and codec on a shard and shared by its
/// sessions; never crosses threads.
class Frame final : public RefCounted<uint32_t> {
 public:
  /// What an event's frame knows of the event; all zero for replies, pings and notices.
  struct Origin {
    uint64_t offset = 0;          ///< its position in the log
    uint64_t conflation_key = 0;  ///< equal for events of which only the newest matters; 0: none such
  };

  /// While the frame lives, its bytes are counted in `meter`, which must outlive it; null: they are not.
  [[nodiscard]] static Ref<Frame> make(std::string bytes, const Origin& origin, size_t* meter = nullptr) {
    return Ref<Frame>::adopt(new Frame(std::move(bytes), origin, {}, meter));
  }
  [[nodiscard]] static Ref<Frame> make(std::string bytes, uint64_t offset = 0) {
    return make(std::move(bytes), Origin{offset});
  }
  /// The frames of several events as one; `bytes` are theirs in a row, `offsets` rise and are two or more.
  [[nodiscard]] static Ref<Frame> bundle(std::string bytes, std::vector<uint64_t> offsets, size_t* meter) {
    const Origin first{offsets.front()};
    return Ref<Frame>::adopt(new Frame(std::move(bytes), first, std::move(offsets), meter));
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  /// Of the event, or the first of a bundle.
  [[nodiscard]] uint64_t offset() const { return origin_.offset; }
  [[nodiscard]] uint64_t conflation_key() const { return origin_.conflation_key; }

  [[nodiscard]] size_t events() const { return offset() == 0 ? 0 : std::max<size_t>(offsets_.size(), 1); }
  /// The events in it; empty for replies, pings and notices.
  [[nodiscard]] std::span<const uint64_t> offsets() const {
    if (!offsets_.empty()) return offsets_;
    return {&origin_.offset, events()};
  }

  static void destroy(const Frame* frame) { delete frame; }

 private:
  Frame(std::string bytes, const Origin& origin, std::vector<uint64_t> offsets, size_t* meter)
      : bytes_(std::move(bytes)), origin_(origin), offsets_(std::move(offsets)), meter_(meter) {
    if (meter_ != nullptr) *meter_ += bytes_.size();
  }
  ~Frame() {
    if (meter_ != nullptr) *meter_ -= bytes_.size();
  }

  const std::string bytes_;
  const Origin origin_;
  const std::vector<uint64_t> offsets_;  // of a bundle
  size_t* const meter_;
};

using FrameRef = Ref<Frame>;

}  // namespace relay
