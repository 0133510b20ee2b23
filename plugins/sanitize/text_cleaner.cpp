#include "sanitize/text_cleaner.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <seneca/json_text.hpp>

namespace sanitize {
namespace {

struct Range {
  uint32_t first, last;
};
// Not among them: tab and line breaks, and U+200C and U+200D, which Persian, Indic scripts and emoji are
// written with.
constexpr Range kUnseen[] = {
    {0x0000, 0x0008},    // controls with NUL
    {0x000B, 0x000C},    //
    {0x000E, 0x001F},    // with ESC, which terminals obey
    {0x007F, 0x009F},    // DEL and the C1 controls
    {0x00AD, 0x00AD},    // soft hyphen
    {0x061C, 0x061C},    // Arabic letter mark
    {0x180E, 0x180E},    // Mongolian vowel separator
    {0x200B, 0x200B},    // zero width space
    {0x200E, 0x200F},    // left-to-right and right-to-left mark
    {0x202A, 0x202E},    // bidi embeddings and overrides
    {0x2060, 0x206F},    // word joiner, invisible operators, bidi isolates
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xFFF9, 0xFFFB},    // interlinear annotations
    {0xE0000, 0xE007F},  // tags, which carry text that only machines read
};

bool is_unseen(uint32_t code) {
  if (code >= 0x20 && code < 0x7F) return false;  // most are
  return std::any_of(std::begin(kUnseen), std::end(kUnseen),
                     [code](const Range& range) { return code >= range.first && code <= range.last; });
}

// Of a valid sequence of that length.
uint32_t decode(const char* at, size_t length) {
  constexpr unsigned char kLead[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  uint32_t code = static_cast<unsigned char>(*at) & kLead[length];
  for (size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(at[i]) & 0x3F);
  return code;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

bool TextCleaner::clean(std::string_view text, std::string& out) const {
  out.clear();
  bool changed = false;
  size_t length = 0;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const size_t bytes = seneca::detail::utf8_length(at, end);
    const std::string_view character(at, std::max<size_t>(bytes, 1));
    at += character.size();
    const bool unseen = bytes == 0 || is_unseen(decode(character.data(), bytes));
    const bool gone = unseen && replacement.empty();
    if (!gone && max_length != 0 && length == max_length) {
      out += marker;
      return true;
    }
    const std::string_view escaped = html ? entity(character.front()) : std::string_view();
    out += unseen ? replacement : escaped.empty() ? character : escaped;
    changed |= unseen || !escaped.empty();
    length += gone ? 0 : 1;
  }
  return changed;
}

}  // namespace sanitize
