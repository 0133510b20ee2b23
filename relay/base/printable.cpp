#include "base/printable.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.h"

namespace relay {
namespace {

// They change the order in which the rest of a line is shown, and so what it seems to say.
constexpr std::array<std::pair<uint32_t, uint32_t>, 4> kDirections{
    {{0x061C, 0x061C}, {0x200E, 0x200F}, {0x202A, 0x202E}, {0x2066, 0x2069}}};

bool directs(uint32_t code) {
  return std::any_of(kDirections.begin(), kDirections.end(),
                     [code](const auto& range) { return code >= range.first && code <= range.second; });
}

void append_escaped(std::string& out, uint32_t code) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += code < 0x100 ? "\\x" : "\\u";
  for (int shift = code < 0x100 ? 4 : 12; shift >= 0; shift -= 4) out += kHex[code >> shift & 15];
}

}  // namespace

size_t decode_character(std::string_view text, uint32_t& code) {
  const auto lead = static_cast<unsigned char>(text.front());
  const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  code = size == 1 ? lead : lead & (0x7Fu >> size);
  for (size_t i = 1; i < size && i < text.size(); ++i)
    code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  return std::min(size, text.size());
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::string_view valid = text.substr(0, valid_utf8_prefix(text));
    text.remove_prefix(valid.size());
    while (!valid.empty()) {
      uint32_t code = 0;
      const size_t size = decode_character(valid, code);
      if (code < 0x20 || (code >= 0x7F && code < 0xA0) || directs(code))
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

}  // namespace relay
