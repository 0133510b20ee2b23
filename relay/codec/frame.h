#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/ref.h"

namespace relay {

/// How the payload of a session's WebSocket frames goes over the wire.
enum class FrameCoding : uint8_t {
  plain,
  deflated,  ///< permessage-deflate, where that makes it shorter
};

/// Bytes ready for the wire, whole protocol units only: a WebSocket frame with its header, or an SSE event.
/// Encoded once per event and codec on a shard and shared by its sessions; never crosses threads.
class Frame final : public RefCounted<uint32_t> {
 public:
  [[nodiscard]] static Ref<Frame> make(std::string bytes, uint64_t offset = 0) {
    return Ref<Frame>::adopt(new Frame(std::move(bytes), offset));
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  /// The event's position in the log; 0 for replies, pings and notices.
  [[nodiscard]] uint64_t offset() const { return offset_; }

  static void destroy(const Frame* frame) { delete frame; }

 private:
  Frame(std::string bytes, uint64_t offset) : bytes_(std::move(bytes)), offset_(offset) {}
  ~Frame() = default;

  std::string bytes_;
  uint64_t offset_;
};

using FrameRef = Ref<Frame>;

}  // namespace relay
