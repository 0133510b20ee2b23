#include "base/utf8.h"

#include <cstring>

namespace relay {

namespace {

struct Sequence {
  size_t length = 0;         // 0: no sequence begins with this byte
  unsigned char low = 0x80;  // bounds of the second byte; the rest is always 80..BF
  unsigned char high = 0xBF;
};

constexpr size_t kWord = sizeof(uint64_t);

bool is_ascii_word(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, kWord);
  return (word & 0x8080'8080'8080'8080u) == 0;
}

Sequence sequence_of(unsigned char lead) {
  if (lead < 0x80) return {1};
  if (lead < 0xC2 || lead > 0xF4) return {};
  if (lead < 0xE0) return {2};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};
  if (lead < 0xF0) return {3};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {4};
}

}  // namespace

size_t valid_utf8_prefix(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= kWord && is_ascii_word(text.data() + at)) {
      at += kWord;
      continue;
    }
    const Sequence sequence = sequence_of(static_cast<unsigned char>(text[at]));
    if (sequence.length == 0 || sequence.length > text.size() - at) return at;
    for (size_t i = 1; i < sequence.length; ++i) {
      const auto byte = static_cast<unsigned char>(text[at + i]);
      const bool fits = i == 1 ? byte >= sequence.low && byte <= sequence.high : (byte & 0xC0) == 0x80;
      if (!fits) return at;
    }
    at += sequence.length;
  }
  return at;
}

void append_utf8(std::string& out, uint32_t code) {
  const auto byte = [&out](uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

}  // namespace relay
