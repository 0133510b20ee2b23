#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/websocket_frame.h"

namespace relay {

/// RFC 6455 framing, the client's side: whole frames, each masked with a key of its own. The keys are quick,
/// not secret: nothing between a load client and the server under test is to be protected from them.
class ClientFrameWriter {
 public:
  explicit ClientFrameWriter(uint64_t seed) : state_(seed | 1) {}

  void append(std::string& out, WebSocketOpcode opcode, std::string_view payload);
  /// The payload in two pieces, so that a prefix needs no copy of its own.
  void append(std::string& out, WebSocketOpcode opcode, std::string_view head, std::string_view tail);

 private:
  [[nodiscard]] uint32_t next_key();

  uint64_t state_;
};

}  // namespace relay
