#include "codec/websocket_frame.h"

#include <algorithm>
#include <cassert>

#include "base/utf8.h"

namespace relay {
namespace {

std::string data_frame(WebSocketOpcode opcode, std::string_view payload) {
  std::string frame;
  frame.reserve(payload.size() + 10);
  append_frame_header(frame, opcode, payload.size());
  frame += payload;
  return frame;
}

}  // namespace

void append_frame_header(std::string& out, WebSocketOpcode opcode, size_t payload_bytes) {
  out += static_cast<char>(0x80 | static_cast<unsigned>(opcode));
  int length_bytes = 0;
  if (payload_bytes < 126) {
    out += static_cast<char>(payload_bytes);
  } else if (payload_bytes < 65536) {
    out += static_cast<char>(126);
    length_bytes = 2;
  } else {
    out += static_cast<char>(127);
    length_bytes = 8;
  }
  for (int i = length_bytes - 1; i >= 0; --i)
    out += static_cast<char>(static_cast<uint64_t>(payload_bytes) >> (8 * i));
}

std::string text_frame(std::string_view payload) { return data_frame(WebSocketOpcode::text, payload); }

std::string binary_frame(std::string_view payload) { return data_frame(WebSocketOpcode::binary, payload); }

std::string deflated_text_frame(std::string_view payload) {
  constexpr char kReserved1 = 0x40;
  std::string frame = text_frame(payload);
  frame[0] = static_cast<char>(frame[0] | kReserved1);
  return frame;
}

FrameView take_frame(std::string_view& frames) {
  const auto byte = [&frames](size_t at) { return static_cast<unsigned char>(frames[at]); };
  const size_t length_bytes = byte(1) < 126 ? 0 : byte(1) == 126 ? 2 : 8;
  size_t length = length_bytes == 0 ? byte(1) : 0;
  for (size_t i = 0; i < length_bytes; ++i) length = length << 8 | byte(2 + i);
  FrameView frame;
  frame.opcode = static_cast<WebSocketOpcode>(byte(0) & 0x0F);
  frame.payload = frames.substr(2 + length_bytes, length);
  frames.remove_prefix(2 + length_bytes + length);
  return frame;
}

std::string_view payload_of_frame(std::string_view frame) { return take_frame(frame).payload; }

std::string close_frame(uint16_t code, std::string_view reason) {
  constexpr size_t kMaxReason = 123;
  reason = reason.substr(0, std::min(reason.size(), kMaxReason));
  reason = reason.substr(0, valid_utf8_prefix(reason));
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  payload += reason;
  return control_frame(WebSocketOpcode::close, payload);
}

std::string control_frame(WebSocketOpcode opcode, std::string_view payload) {
  assert(payload.size() <= 125);
  std::string frame;
  append_frame_header(frame, opcode, payload.size());
  frame += payload;
  return frame;
}

}  // namespace relay
