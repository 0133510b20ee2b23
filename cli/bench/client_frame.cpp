#include "cli/bench/client_frame.h"

#include <cstring>

namespace relay {
namespace {

void mask(char* data, size_t size, uint32_t key) {
  const uint64_t wide = (static_cast<uint64_t>(key) << 32) | key;
  size_t i = 0;
  for (; i + sizeof wide <= size; i += sizeof wide) {
    uint64_t word = 0;
    std::memcpy(&word, data + i, sizeof word);
    word ^= wide;
    std::memcpy(data + i, &word, sizeof word);
  }
  char bytes[sizeof key];
  std::memcpy(bytes, &key, sizeof key);
  for (; i < size; ++i) data[i] = static_cast<char>(data[i] ^ bytes[i % sizeof key]);
}

}  // namespace

uint32_t ClientFrameWriter::next_key() {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 7;
  state_ ^= state_ << 17;
  return static_cast<uint32_t>(state_ >> 16);
}

void ClientFrameWriter::append(std::string& out, WebSocketOpcode opcode, std::string_view payload) {
  append(out, opcode, payload, {});
}

void ClientFrameWriter::append(std::string& out, WebSocketOpcode opcode, std::string_view head,
                               std::string_view tail) {
  const size_t start = out.size();
  append_frame_header(out, opcode, head.size() + tail.size());
  out[start + 1] = static_cast<char>(static_cast<unsigned char>(out[start + 1]) | 0x80);
  const uint32_t key = next_key();
  char bytes[sizeof key];
  std::memcpy(bytes, &key, sizeof key);
  out.append(bytes, sizeof bytes);
  const size_t payload_at = out.size();
  out += head;
  out += tail;
  mask(&out[payload_at], out.size() - payload_at, key);
}

}  // namespace relay
