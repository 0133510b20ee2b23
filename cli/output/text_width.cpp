#include "cli/output/text_width.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.h"

namespace relay {
namespace {

struct Range {
  uint32_t first, last;
};

constexpr std::array<Range, 12> kWide{{{0x1100, 0x115F},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0x33FF},
                                       {0x3400, 0x4DBF},
                                       {0x4E00, 0x9FFF},
                                       {0xA000, 0xA4CF},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},
                                       {0x1F300, 0x1FAFF},
                                       {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 5> kZero{
    {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};

template <size_t N>
bool in(const std::array<Range, N>& ranges, uint32_t code) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](const Range& range) { return code >= range.first && code <= range.last; });
}

// Length in bytes and code point of the character `text` begins with; the text is well-formed.
size_t decode(std::string_view text, uint32_t& code) {
  const auto lead = static_cast<unsigned char>(text.front());
  const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  code = size == 1 ? lead : lead & (0x7Fu >> size);
  for (size_t i = 1; i < size && i < text.size(); ++i)
    code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  return std::min(size, text.size());
}

size_t width(uint32_t code) { return in(kZero, code) ? 0 : in(kWide, code) ? 2 : 1; }

void append_escaped(std::string& out, uint32_t code) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\x";
  out += kHex[(code >> 4) & 15];
  out += kHex[code & 15];
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::string_view valid = text.substr(0, valid_utf8_prefix(text));
    text.remove_prefix(valid.size());
    while (!valid.empty()) {
      uint32_t code = 0;
      const size_t size = decode(valid, code);
      if (code < 0x20 || (code >= 0x7F && code < 0xA0))
        append_escaped(out, code);
      else
        out.append(valid.substr(0, size));
      valid.remove_prefix(size);
    }
    if (text.empty()) break;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(1);
  }
  return out;
}

size_t columns(std::string_view text) {
  size_t total = 0;
  uint32_t code = 0;
  while (!text.empty()) {
    text.remove_prefix(decode(text, code));
    total += width(code);
  }
  return total;
}

std::string clip(std::string_view text, size_t limit) {
  if (columns(text) <= limit) return std::string(text);
  if (limit == 0) return {};
  size_t used = 0, bytes = 0;
  uint32_t code = 0;
  while (bytes < text.size()) {
    const size_t size = decode(text.substr(bytes), code);
    if (used + width(code) > limit - 1) break;
    used += width(code);
    bytes += size;
  }
  return std::string(text.substr(0, bytes)) + "\xE2\x80\xA6";
}

}  // namespace relay
