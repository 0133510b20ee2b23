#include <algorithm>
#include <cstring>

#include "base/utf8.h"
#include "codec/inflater.h"
#include "codec/websocket_frame.h"

namespace relay {
namespace {

/// A message buffer larger than this is given back once its message is done: idle sessions stay small.
constexpr size_t kKeptBuffer = 4096;

using namespace websocket_close;

bool is_valid_close_code(unsigned code) {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code <= 1014 && code != 1004 && code != kNoStatus && code != 1006;
}

// Unmasks and turns `mask` for the bytes that follow.
void unmask(char* data, size_t size, std::array<unsigned char, 4>& mask) {
  uint32_t narrow;
  std::memcpy(&narrow, mask.data(), 4);
  const uint64_t wide = narrow * 0x1'0000'0001u;
  size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    uint64_t word;
    std::memcpy(&word, data + at, 8);
    word ^= wide;
    std::memcpy(data + at, &word, 8);
  }
  for (; at < size; ++at) data[at] = static_cast<char>(static_cast<unsigned char>(data[at]) ^ mask[at % 4]);
  const std::array<unsigned char, 4> turned = {mask[size % 4], mask[(size + 1) % 4], mask[(size + 2) % 4],
                                               mask[(size + 3) % 4]};
  mask = turned;
}

}  // namespace

WebSocketParser::WebSocketParser(WebSocketHandler& handler, size_t max_message_bytes, Inflater* inflater)
    : handler_(handler), max_message_bytes_(max_message_bytes), inflater_(inflater) {}

bool WebSocketParser::feed(char* data, size_t size) {
  while (size > 0 && !done_) {
    const size_t used = in_payload_ ? take_payload(data, size) : take_header(data, size);
    data += used;
    size -= used;
  }
  return fault_.code == 0;
}

bool WebSocketParser::refuse(uint16_t code, std::string_view reason) {
  fault_ = {code, reason};
  done_ = true;
  message_ = {};
  return false;
}

size_t WebSocketParser::take_header(const char* data, size_t size) {
  // What a header needs shows in its second byte.
  const auto needed = [this] {
    const unsigned length = header_bytes_ < 2 ? 0 : header_[1] & 0x7F;
    return header_bytes_ < 2 ? size_t{2} : size_t{6} + (length == 126 ? 2 : length == 127 ? 8 : 0);
  };
  size_t used = 0;
  while (header_bytes_ < needed()) {
    if (used == size) return used;
    const size_t count = std::min(needed() - header_bytes_, size - used);
    std::memcpy(header_.data() + header_bytes_, data + used, count);
    header_bytes_ = static_cast<uint8_t>(header_bytes_ + count);
    used += count;
    if (header_bytes_ == 2 && !judge_header()) return used;
  }
  const auto length_bytes = static_cast<unsigned>(header_bytes_ - 6);
  std::copy_n(header_.begin() + header_bytes_ - 4, 4, mask_.begin());
  header_bytes_ = 0;
  if (!judge_length(length_bytes)) return used;
  in_payload_ = true;
  if (remaining_ == 0) take_payload(nullptr, 0);
  return used;
}

bool WebSocketParser::judge_header() {
  if ((header_[0] & 0x70) != 0 && !judge_reserved()) return false;
  if ((header_[1] & 0x80) == 0) return refuse(kProtocolError, "client frames must be masked");
  return control() ? judge_control() : judge_data();
}

// The first of a message's frames says by RSV1 that the message is compressed.
bool WebSocketParser::judge_reserved() {
  if (inflater_ == nullptr)
    return refuse(kProtocolError, "reserved bits are set and no extension was agreed");
  if ((header_[0] & 0x30) != 0 || control() || opcode() == WebSocketOpcode::continuation)
    return refuse(kProtocolError, "reserved bits are set that mean nothing here");
  return true;
}

bool WebSocketParser::judge_control() {
  if (opcode() > WebSocketOpcode::pong) return refuse(kProtocolError, "unknown opcode");
  if (!final_frame()) return refuse(kProtocolError, "control frames must not be fragmented");
  if ((header_[1] & 0x7F) > 125) return refuse(kProtocolError, "control frames carry at most 125 bytes");
  return true;
}

bool WebSocketParser::judge_data() {
  if (opcode() > WebSocketOpcode::binary) return refuse(kProtocolError, "unknown opcode");
  const bool continues = opcode() == WebSocketOpcode::continuation;
  if (continues && fragments_ == 0) return refuse(kProtocolError, "continuation without a message");
  if (!continues && fragments_ > 0) return refuse(kProtocolError, "new message inside a fragmented one");
  if (fragments_ == kMaxFragments) return refuse(kPolicy, "too many fragments in one message");
  ++fragments_;
  if (continues) return true;
  text_ = opcode() == WebSocketOpcode::text;
  deflated_ = (header_[0] & 0x40) != 0;
  return true;
}

bool WebSocketParser::judge_length(unsigned length_bytes) {
  uint64_t length = header_[1] & 0x7F;
  if (length_bytes > 0) {
    length = 0;
    for (unsigned i = 0; i < length_bytes; ++i) length = length << 8 | header_[2 + i];
    const bool minimal = length >= (length_bytes == 2 ? 126 : 65536);
    if (!minimal || length >> 63 != 0) return refuse(kProtocolError, "bad frame length");
  }
  if (!control() && length > max_message_bytes_ - message_.size()) return refuse(kTooBig, "message too big");
  remaining_ = length;
  return true;
}

size_t WebSocketParser::take_payload(char* data, size_t size) {
  const auto count = static_cast<size_t>(std::min<uint64_t>(remaining_, size));
  unmask(data, count, mask_);
  remaining_ -= count;
  in_payload_ = remaining_ > 0;
  const std::string_view piece(data, count);
  if (control())
    take_control(piece);
  else
    take_data(piece);
  return count;
}

void WebSocketParser::take_data(std::string_view piece) {
  if (text_ && !deflated_ && !utf8_.feed(piece)) {
    refuse(kBadPayload, "text is not UTF-8");
    return;
  }
  const bool whole = !in_payload_ && final_frame();
  if (whole && message_.empty()) return finish_payload(piece);
  message_ += piece;
  if (whole) finish_payload(message_);
}

void WebSocketParser::finish_payload(std::string_view payload) {
  fragments_ = 0;
  if (deflated_)
    finish_deflated(payload);
  else
    finish_message(payload);
  message_.clear();
  if (message_.capacity() > kKeptBuffer) message_ = {};
}

void WebSocketParser::finish_deflated(std::string_view payload) {
  const auto message = inflater_->inflate_message(payload, max_message_bytes_);
  if (message && (!text_ || utf8_.feed(*message)))
    finish_message(*message);
  else if (message)
    refuse(kBadPayload, "text is not UTF-8");
  else if (message.error() == InflateFault::too_big)
    refuse(kTooBig, "message too big");
  else
    refuse(kBadPayload, "compressed message is damaged");
}

void WebSocketParser::finish_message(std::string_view message) {
  if (!utf8_.complete()) {
    refuse(kBadPayload, "text is not UTF-8");
    return;
  }
  handler_.on_message(text_, message);
}

void WebSocketParser::take_control(std::string_view piece) {
  if (!in_payload_ && control_.empty()) return finish_control(piece);
  control_ += piece;
  if (in_payload_) return;
  finish_control(control_);
  control_.clear();
}

void WebSocketParser::finish_control(std::string_view payload) {
  switch (opcode()) {
    case WebSocketOpcode::ping:
      return handler_.on_ping(payload);
    case WebSocketOpcode::pong:
      return handler_.on_pong(payload);
    default:
      return finish_close(payload);
  }
}

void WebSocketParser::finish_close(std::string_view payload) {
  done_ = true;
  if (payload.empty()) return handler_.on_close(kNoStatus, {});
  const auto byte = [payload](size_t i) { return static_cast<unsigned char>(payload[i]); };
  if (payload.size() == 1 || !is_valid_close_code(byte(0) * 256u + byte(1))) {
    refuse(kProtocolError, "bad close code");
    return;
  }
  const std::string_view reason = payload.substr(2);
  if (valid_utf8_prefix(reason) != reason.size()) {
    refuse(kBadPayload, "close reason is not UTF-8");
    return;
  }
  handler_.on_close(static_cast<uint16_t>(byte(0) * 256u + byte(1)), reason);
}

}  // namespace relay
