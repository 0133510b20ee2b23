#include "cli/bench/server_frame.h"

#include <algorithm>
#include <utility>

namespace relay {
namespace {

struct FrameExtent {
  size_t header = 0;  // 0: the header is not complete
  size_t whole = 0;   // of the frame; while the header is incomplete, of the header as far as is known
  bool broken = false;
};

uint64_t big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

FrameExtent extent_of(std::string_view bytes) {
  if (bytes.size() < 2) return {0, 2, false};
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  const unsigned opcode = first & 0x0F;
  const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
  const bool masked_or_reserved = (second & 0x80) != 0 || (first & 0x70) != 0;
  if (!known || masked_or_reserved) return {0, 0, true};
  const size_t length_bytes = second < 126 ? 0 : second == 126 ? 2 : 8;
  const size_t header = 2 + length_bytes;
  if (bytes.size() < header) return {0, header, false};
  const uint64_t payload = length_bytes == 0 ? second : big_endian(bytes.substr(2, length_bytes));
  if (payload > ServerFrameReader::kMaxPayload) return {0, 0, true};
  return {header, header + static_cast<size_t>(payload), false};
}

ServerFrameReader::Frame frame_of(std::string_view bytes, const FrameExtent& extent) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  ServerFrameReader::Frame frame;
  frame.opcode = static_cast<WebSocketOpcode>(first & 0x0F);
  frame.final = (first & 0x80) != 0;
  frame.payload = bytes.substr(extent.header, extent.whole - extent.header);
  return frame;
}

}  // namespace

ServerFrameReader::Outcome ServerFrameReader::top_up() {
  for (;;) {
    const FrameExtent extent = extent_of(carry_);
    if (extent.broken) return Outcome::broken;
    if (extent.header > 0 && carry_.size() == extent.whole) return Outcome::frame;
    const size_t taken = std::min(extent.whole - carry_.size(), chunk_.size());
    if (taken == 0) return Outcome::more;
    carry_ += chunk_.substr(0, taken);
    chunk_.remove_prefix(taken);
  }
}

ServerFrameReader::Outcome ServerFrameReader::next(Frame& frame) {
  if (!carry_.empty()) {
    const Outcome outcome = top_up();
    if (outcome != Outcome::frame) return outcome;
    current_ = std::exchange(carry_, {});
    frame = frame_of(current_, extent_of(current_));
    return Outcome::frame;
  }
  if (chunk_.empty()) return Outcome::more;
  const FrameExtent extent = extent_of(chunk_);
  if (extent.broken) return Outcome::broken;
  if (extent.header == 0 || chunk_.size() < extent.whole) {
    carry_ = chunk_;
    chunk_ = {};
    return Outcome::more;
  }
  frame = frame_of(chunk_.substr(0, extent.whole), extent);
  chunk_.remove_prefix(extent.whole);
  return Outcome::frame;
}

}  // namespace relay
