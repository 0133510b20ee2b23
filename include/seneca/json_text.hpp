// The text inside JSON strings: escaping, unescaping, UTF-8. Part of seneca/json.hpp, which most code
// includes.
//
// C++17, header-only, no dependencies. Every function is safe on arbitrary bytes. [any-thread]
#ifndef SENECA_JSON_TEXT_HPP
#define SENECA_JSON_TEXT_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace seneca {
namespace detail {

constexpr uint64_t kEveryByte = 0x0101010101010101u;
constexpr uint64_t kHighBits = 0x80 * kEveryByte;

inline uint64_t load_word(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Nonzero when one of the eight bytes equals `byte`.
constexpr uint64_t has_byte(uint64_t word, unsigned char byte) {
  const uint64_t difference = word ^ (byte * kEveryByte);
  return (difference - kEveryByte) & ~difference & kHighBits;
}

// Nonzero when one of the eight bytes is below 0x20.
constexpr uint64_t has_control(uint64_t word) { return (word - 0x20 * kEveryByte) & ~word & kHighBits; }

// Length of the UTF-8 sequence at `at` (1 to 4), or 0 when it is not valid or cut off. `at` is before `end`.
inline size_t utf8_length(const char* at, const char* end) {
  const auto byte = [at](size_t i) { return static_cast<unsigned char>(at[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (static_cast<size_t>(end - at) < length) return 0;
  const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 0;
  for (size_t i = 2; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  return length;
}

// Writes a code point as UTF-8; returns its length.
inline size_t encode_utf8(uint32_t code, char (&out)[4]) {
  if (code < 0x80) {
    out[0] = static_cast<char>(code);
    return 1;
  }
  const size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = length - 1; i > 0; --i, code >>= 6) out[i] = static_cast<char>(0x80 | (code & 0x3F));
  const unsigned lead = length == 2 ? 0xC0 : length == 3 ? 0xE0 : 0xF0;
  out[0] = static_cast<char>(lead | code);
  return length;
}

constexpr uint32_t kReplacement = 0xFFFD;
constexpr std::string_view kReplacementText = "\xEF\xBF\xBD";

// The code unit of `\uXXXX` at raw[at] (the backslash), or -1.
inline int32_t code_unit(std::string_view raw, size_t at) {
  if (raw.size() < 6 || at > raw.size() - 6 || raw[at] != '\\' || raw[at + 1] != 'u') return -1;
  int32_t unit = 0;
  for (size_t i = at + 2; i < at + 6; ++i) {
    const char c = raw[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

// Decodes the escape that begins at raw[at] into UTF-8, moves `at` behind it, returns the length. Lone
// surrogates and malformed escapes become U+FFFD.
inline size_t decode_escape(std::string_view raw, size_t& at, char (&out)[4]) {
  const int32_t unit = code_unit(raw, at);
  if (unit >= 0) {
    at += 6;
    if (unit < 0xD800 || unit > 0xDFFF) return encode_utf8(static_cast<uint32_t>(unit), out);
    const int32_t low = unit < 0xDC00 ? code_unit(raw, at) : -1;
    if (low < 0xDC00 || low > 0xDFFF) return encode_utf8(kReplacement, out);
    at += 6;
    return encode_utf8(
        0x10000 + ((static_cast<uint32_t>(unit) - 0xD800) << 10) + (static_cast<uint32_t>(low) - 0xDC00),
        out);
  }
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const size_t letter = at + 1 < raw.size() ? kLetters.find(raw[at + 1]) : std::string_view::npos;
  at = at + 2 < raw.size() ? at + 2 : raw.size();
  if (letter == std::string_view::npos) return encode_utf8(kReplacement, out);
  out[0] = kMeanings[letter];
  return 1;
}

// How many bytes from `at` on a JSON string may hold as they are: valid UTF-8 without quote, backslash,
// control.
inline const char* skip_plain(const char* at, const char* end) {
  while (at != end) {
    if (end - at >= 8) {
      const uint64_t word = load_word(at);
      if (((word & kHighBits) | has_control(word) | has_byte(word, '"') | has_byte(word, '\\')) == 0) {
        at += 8;
        continue;
      }
    }
    const auto byte = static_cast<unsigned char>(*at);
    if (byte < 0x20 || byte == '"' || byte == '\\') return at;
    const size_t length = utf8_length(at, end);
    if (length == 0) return at;
    at += length;
  }
  return end;
}

inline void append_escaped_byte(std::string& out, unsigned char byte) {
  constexpr std::string_view kBytes = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  constexpr char kHex[] = "0123456789abcdef";
  const size_t letter = kBytes.find(static_cast<char>(byte));
  if (byte >= 0x80) {
    out += kReplacementText;
  } else if (letter != std::string_view::npos) {
    out += '\\';
    out += kLetters[letter];
  } else {
    out += "\\u00";
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
}

}  // namespace detail

/// Appends `utf8` as a JSON string: quotes around it, what must be escaped escaped, bytes that are not UTF-8
/// replaced by U+FFFD.
inline void append_json_string(std::string& out, std::string_view utf8) {
  out += '"';
  const char* const end = utf8.data() + utf8.size();
  for (const char* at = utf8.data(); at != end;) {
    const char* const plain_end = detail::skip_plain(at, end);
    out.append(at, static_cast<size_t>(plain_end - at));
    at = plain_end;
    if (at != end) detail::append_escaped_byte(out, static_cast<unsigned char>(*at++));
  }
  out += '"';
}

/// Appends the text that `raw`, the inside of a JSON string, stands for. Lone surrogates become U+FFFD.
inline void append_unescaped(std::string& out, std::string_view raw) {
  for (size_t at = 0; at < raw.size();) {
    const size_t escape = raw.find('\\', at);
    out.append(raw.substr(at, escape - at));
    if (escape == std::string_view::npos) return;
    at = escape;
    char decoded[4];
    const size_t length = detail::decode_escape(raw, at, decoded);
    out.append(decoded, length);
  }
}

/// True when `raw`, the inside of a JSON string, stands for `text`. Allocates nothing.
inline bool json_text_equals(std::string_view raw, std::string_view text) {
  if (raw.find('\\') == std::string_view::npos) return raw == text;
  size_t done = 0;
  for (size_t at = 0; at < raw.size();) {
    char decoded[4] = {raw[at]};
    size_t length = 1;
    if (raw[at] == '\\') {
      length = detail::decode_escape(raw, at, decoded);
    } else {
      ++at;
    }
    if (text.substr(done, length) != std::string_view(decoded, length)) return false;
    done += length;
  }
  return done == text.size();
}

}  // namespace seneca

#endif
