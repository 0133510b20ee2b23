#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "codec/inflater.h"
#include "codec/websocket_frame.h"

namespace relay::test {

/// A frame as a client puts it on the wire: masked.
inline std::string client_frame(WebSocketOpcode opcode, std::string_view payload, bool final_frame = true) {
  static constexpr std::string_view kMask = "\x11\x22\x33\x44";
  std::string frame;
  append_frame_header(frame, opcode, payload.size());
  frame[1] = static_cast<char>(frame[1] | 0x80);
  if (!final_frame) frame[0] = static_cast<char>(frame[0] & 0x7F);
  frame += kMask;
  for (size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ kMask[i % 4]);
  return frame;
}

inline std::string client_close(uint16_t code) {
  const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return client_frame(WebSocketOpcode::close, payload);
}

struct ServerFrame {
  WebSocketOpcode opcode;
  std::string payload;    ///< inflated
  bool deflated = false;  ///< on the wire

  /// Of a close frame.
  [[nodiscard]] int close_code() const {
    if (payload.size() < 2) return 0;
    return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  }
};

/// What a strict client makes of a server's bytes: the frames, and the first fault.
struct ServerStream {
  std::vector<ServerFrame> frames;
  std::string fault;
};

namespace websocket_client_detail {

// Takes the header off `bytes`; a fault's name, or "".
inline std::string take_header(std::string_view& bytes, ServerFrame& frame, uint64_t& length) {
  if (bytes.size() < 2) return "a header is cut off";
  auto first = static_cast<unsigned char>(bytes[0]);
  frame.deflated = (first & 0x48) == 0x40;
  if (frame.deflated) first &= 0xBF;
  const auto second = static_cast<unsigned char>(bytes[1]);
  if ((first & 0xF0) != 0x80) return "not final, or reserved bits";
  if ((second & 0x80) != 0) return "masked by the server";
  frame.opcode = static_cast<WebSocketOpcode>(first & 0x0F);
  const bool control = (first & 0x08) != 0;
  if (control ? (first & 0x0F) > 10 : (first & 0x0F) != 1 && (first & 0x0F) != 2) return "unknown opcode";
  length = second;
  if (control && length > 125) return "control frame too long";
  const size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (bytes.size() < 2 + more) return "a header is cut off";
  if (more > 0) length = 0;
  for (size_t i = 0; i < more; ++i) length = length << 8 | static_cast<unsigned char>(bytes[2 + i]);
  if (more > 0 && length < (more == 2 ? 126u : 65536u)) return "length not minimal";
  bytes.remove_prefix(2 + more);
  return "";
}

inline std::string take_payload(std::string_view payload, ServerFrame& frame) {
  frame.payload = payload;
  if (!frame.deflated) return "";
  auto message = Inflater().inflate_message(payload, size_t{16} << 20);
  if (!message) return "damaged compressed data";
  if (message->size() <= payload.size()) return "compressed for nothing";
  frame.payload = std::move(*message);
  return "";
}

}  // namespace websocket_client_detail

/// Parses all of `bytes` as RFC 6455 frames of a server: whole, unmasked, unfragmented, and nothing after a
/// close. Compressed ones are a fault unless the client `inflates`.
inline ServerStream parse_server_frames(std::string_view bytes, bool inflates = false) {
  ServerStream stream;
  while (!bytes.empty()) {
    ServerFrame frame{};
    uint64_t length = 0;
    if (!stream.frames.empty() && stream.frames.back().opcode == WebSocketOpcode::close)
      stream.fault = "bytes after the close frame";
    if (stream.fault.empty()) stream.fault = websocket_client_detail::take_header(bytes, frame, length);
    if (stream.fault.empty() && frame.deflated && !inflates) stream.fault = "reserved bits";
    if (stream.fault.empty() && bytes.size() < length) stream.fault = "a payload is cut off";
    if (stream.fault.empty())
      stream.fault = websocket_client_detail::take_payload(bytes.substr(0, length), frame);
    if (!stream.fault.empty()) return stream;
    bytes.remove_prefix(length);
    if (frame.opcode == WebSocketOpcode::text && valid_utf8_prefix(frame.payload) != frame.payload.size())
      stream.fault = "text is not UTF-8";
    if (frame.opcode == WebSocketOpcode::close && length == 1) stream.fault = "half a close code";
    stream.frames.push_back(std::move(frame));
  }
  return stream;
}

}  // namespace relay::test
