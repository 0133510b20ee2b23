#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/ref.h"

namespace relay {

/// Bytes ready for the wire, whole protocol units only: a WebSocket frame with its header, or an SSE event.
/// Encoded once per event and codec on a shard and shared by its sessions; never crosses threads.
class Frame final : public RefCounted<uint32_t> {
 public:
  /// What an event's frame knows of the event; all zero for replies, pings and notices.
  struct Origin {
    uint64_t offset = 0;          ///< its position in the log
    uint64_t conflation_key = 0;  ///< equal for events of which only the newest matters; 0: none such
  };

  /// While the frame lives, its bytes are counted in `meter`, which must outlive it; null: they are not.
  [[nodiscard]] static Ref<Frame> make(std::string bytes, const Origin& origin, size_t* meter = nullptr) {
    return Ref<Frame>::adopt(new Frame(std::move(bytes), origin, meter));
  }
  [[nodiscard]] static Ref<Frame> make(std::string bytes, uint64_t offset = 0) {
    return make(std::move(bytes), Origin{offset});
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] uint64_t offset() const { return origin_.offset; }
  [[nodiscard]] uint64_t conflation_key() const { return origin_.conflation_key; }

  static void destroy(const Frame* frame) { delete frame; }

 private:
  Frame(std::string bytes, const Origin& origin, size_t* meter)
      : bytes_(std::move(bytes)), origin_(origin), meter_(meter) {
    if (meter_ != nullptr) *meter_ += bytes_.size();
  }
  ~Frame() {
    if (meter_ != nullptr) *meter_ -= bytes_.size();
  }

  const std::string bytes_;
  const Origin origin_;
  size_t* const meter_;
};

using FrameRef = Ref<Frame>;

}  // namespace relay
