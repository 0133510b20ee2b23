#include "codec/engine_io_payload.h"

#include <algorithm>

#include "codec/base64.h"
#include "codec/websocket_frame.h"

namespace relay {
namespace {

constexpr char kSeparator = '\x1e';

}  // namespace

std::optional<std::vector<std::string_view>> split_engine_io_payload(std::string_view body) {
  if (body.empty()) return std::nullopt;
  std::vector<std::string_view> packets;
  for (size_t at = 0; at <= body.size();) {
    if (packets.size() == kMaxPayloadPackets) return std::nullopt;
    const size_t end = std::min(body.find(kSeparator, at), body.size());
    packets.push_back(body.substr(at, end - at));
    at = end + 1;
  }
  return packets;
}

bool append_engine_io_packet(std::string& payload, std::string_view& frames) {
  if (frames.empty()) return false;
  const FrameView frame = take_frame(frames);
  if (!payload.empty()) payload += kSeparator;
  if (frame.opcode == WebSocketOpcode::binary) {
    payload += 'b';
    payload += encode_base64(frame.payload);
  } else {
    payload += frame.payload;
  }
  return true;
}

}  // namespace relay
