#include "cli/output/text_width.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/printable.h"

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

size_t width(uint32_t code) { return in(kZero, code) ? 0 : in(kWide, code) ? 2 : 1; }

}  // namespace

size_t columns(std::string_view text) {
  size_t total = 0;
  uint32_t code = 0;
  while (!text.empty()) {
    text.remove_prefix(decode_character(text, code));
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
    const size_t size = decode_character(text.substr(bytes), code);
    if (used + width(code) > limit - 1) break;
    used += width(code);
    bytes += size;
  }
  return std::string(text.substr(0, bytes)) + "\xE2\x80\xA6";
}

}  // namespace relay
