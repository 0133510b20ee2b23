#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec/utf8_stream.h"

namespace relay {

class Inflater;

/// RFC 6455 framing, the server's side: our frames go out unmasked, the client's come in masked.

enum class WebSocketOpcode : uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

/// Close codes the relay sends.
namespace websocket_close {
inline constexpr uint16_t kNormal = 1000;
inline constexpr uint16_t kGoingAway = 1001;  ///< the relay sends the client away
inline constexpr uint16_t kProtocolError = 1002;
inline constexpr uint16_t kNoStatus = 1005;  ///< never on the wire: the peer's close frame had no code
inline constexpr uint16_t kBadPayload = 1007;
inline constexpr uint16_t kPolicy = 1008;
inline constexpr uint16_t kTooBig = 1009;
inline constexpr uint16_t kInternalError = 1011;
inline constexpr uint16_t kRestart = 1012;
inline constexpr uint16_t kTryLater = 1013;
inline constexpr uint16_t kUnauthorized = 4401;  ///< the client's token is good no longer
}  // namespace websocket_close

/// Appends the header of an unfragmented frame whose payload has `payload_bytes`.
void append_frame_header(std::string& out, WebSocketOpcode opcode, size_t payload_bytes);
[[nodiscard]] std::string text_frame(std::string_view payload);
[[nodiscard]] std::string binary_frame(std::string_view payload);
/// A text frame whose payload is the work of a Deflater.
[[nodiscard]] std::string deflated_text_frame(std::string_view payload);
struct FrameView {
  WebSocketOpcode opcode = WebSocketOpcode::text;
  std::string_view payload;
};
/// Takes the first of `frames`, one behind the other, each made by one of the above; there is at least one.
[[nodiscard]] FrameView take_frame(std::string_view& frames);
/// The payload of the only one.
[[nodiscard]] std::string_view payload_of_frame(std::string_view frame);
/// `reason` is cut at 123 bytes, between characters.
[[nodiscard]] std::string close_frame(uint16_t code, std::string_view reason);
/// A ping or pong; `payload` is at most 125 bytes.
[[nodiscard]] std::string control_frame(WebSocketOpcode opcode, std::string_view payload);

/// Told what a WebSocketParser finds. Views last for the call.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  /// A whole message; text is valid UTF-8.
  virtual void on_message(bool text, std::string_view message) = 0;
  virtual void on_ping(std::string_view payload) = 0;
  virtual void on_pong(std::string_view payload) = 0;
  /// The peer closes; nothing comes after it. `code` is kNoStatus when it gave none.
  virtual void on_close(uint16_t code, std::string_view reason) = 0;
};

/// Why a connection must be closed: the code and reason for our close frame.
struct WebSocketFault {
  uint16_t code = 0;
  std::string_view reason;  ///< a literal
};

/// Takes a client's frames apart, strictly, from chunks cut anywhere. Owned by a connection; no locks.
///
/// Invariants: a length is judged from the frame's header, before a byte of it is kept; memory grows only
/// with bytes received and never beyond `max_message_bytes`, to which the bytes of a compressed message and
/// what comes out of them are held as well; after a fault, a close frame or stop() nothing is parsed.
class WebSocketParser {
 public:
  /// More fragments than this in one message are an attack, not a message.
  static constexpr uint32_t kMaxFragments = 1024;

  /// `inflater`: permessage-deflate was agreed on. Shared, as it is used within a call only.
  WebSocketParser(WebSocketHandler& handler, size_t max_message_bytes, Inflater* inflater = nullptr);

  /// Parses `size` bytes and unmasks them in place. A message that lies in one chunk is handed over without a
  /// copy. False once there is a fault; close with its code.
  [[nodiscard]] bool feed(char* data, size_t size);
  [[nodiscard]] const WebSocketFault& fault() const { return fault_; }

  /// Nothing more is parsed, the rest of the current chunk included. May be called by the handler.
  void stop() { done_ = true; }
  /// A message has begun and not ended: the caller limits for how long.
  [[nodiscard]] bool in_message() const { return fragments_ > 0 || in_payload_; }

 private:
  size_t take_header(const char* data, size_t size);
  bool judge_header();
  bool judge_reserved();
  bool judge_control();
  bool judge_data();
  bool judge_length(unsigned length_bytes);
  size_t take_payload(char* data, size_t size);
  void take_data(std::string_view piece);
  void finish_payload(std::string_view payload);
  void finish_deflated(std::string_view payload);
  void finish_message(std::string_view message);
  void take_control(std::string_view piece);
  void finish_control(std::string_view payload);
  void finish_close(std::string_view payload);
  bool refuse(uint16_t code, std::string_view reason);

  [[nodiscard]] bool final_frame() const { return (header_[0] & 0x80) != 0; }
  [[nodiscard]] bool control() const { return (header_[0] & 0x08) != 0; }
  [[nodiscard]] WebSocketOpcode opcode() const { return static_cast<WebSocketOpcode>(header_[0] & 0x0F); }

  WebSocketHandler& handler_;
  const size_t max_message_bytes_;
  Inflater* const inflater_;
  std::string message_;  // pieces of a data message that came in several
  std::string control_;  // pieces of a control frame's payload
  Utf8Stream utf8_;
  WebSocketFault fault_;
  uint64_t remaining_ = 0;                // payload bytes of the frame still to come
  uint32_t fragments_ = 0;                // frames of the open data message so far; 0: none is open
  std::array<unsigned char, 14> header_;  // of the current frame
  std::array<unsigned char, 4> mask_;     // turned so that its first byte belongs to the next payload byte
  uint8_t header_bytes_ = 0;              // of header_ filled
  bool in_payload_ = false;
  bool text_ = false;      // the open message is text
  bool deflated_ = false;  // the open message is compressed
  bool done_ = false;
};

}  // namespace relay
