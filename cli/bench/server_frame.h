#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec/websocket_frame.h"

namespace relay {

/// Takes a server's frames out of a stream of chunks, each frame whole. A frame that lies in one chunk is not
/// copied. Strict about what a client must refuse, no more: text is not checked.
class ServerFrameReader {
 public:
  static constexpr uint64_t kMaxPayload = uint64_t{64} << 20;

  struct Frame {
    WebSocketOpcode opcode = WebSocketOpcode::text;
    bool final = true;
    std::string_view payload;
  };
  enum class Outcome { frame, more, broken };

  /// Gives the reader the next chunk; the one before must have been read to `more`.
  void feed(std::string_view chunk) { chunk_ = chunk; }
  /// The next frame; its payload lasts until the next call or the chunk's end.
  [[nodiscard]] Outcome next(Frame& frame);

 private:
  [[nodiscard]] Outcome top_up();

  std::string_view chunk_;
  std::string carry_;    // the beginning of a frame whose end is in a later chunk
  std::string current_;  // such a frame, now whole
};

}  // namespace relay
