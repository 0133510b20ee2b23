#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace relay {

/// Engine.IO protocol 4: the framing below Socket.IO. Pure; WebSocket text or polling, the packets are the
/// same.

enum class EngineIoType : char {
  open = '0',
  close = '1',
  ping = '2',
  pong = '3',
  message = '4',
  upgrade = '5',
  noop = '6'
};

struct EngineIoPacket {
  EngineIoType type = EngineIoType::noop;
  std::string_view payload;  ///< into the text decoded
};

/// One text packet; nothing when it is empty or of no known type. Binary (`b` and base64) is not a packet of
/// this kind: see decode_engine_io_binary.
[[nodiscard]] std::optional<EngineIoPacket> decode_engine_io(std::string_view text);

/// The bytes of a binary message sent as text, `b` and base64; nothing when `text` is not that.
[[nodiscard]] std::optional<std::string> decode_engine_io_binary(std::string_view text);

struct EngineIoOpen {
  std::string_view sid;
  bool can_upgrade = false;  ///< polling that may become a WebSocket
  int64_t ping_interval_ms = 0;
  int64_t ping_timeout_ms = 0;
  int64_t max_payload = 0;
};
/// `0{"sid":…,"upgrades":[…],"pingInterval":…,"pingTimeout":…,"maxPayload":…}`
[[nodiscard]] std::string encode_engine_io_open(const EngineIoOpen& open);

}  // namespace relay
