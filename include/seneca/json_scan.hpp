// Finding where JSON values begin and end, without looking into them. Part of seneca/json.hpp.
//
// C++17, header-only, no dependencies. Every function is safe on arbitrary bytes. [any-thread]
#ifndef SENECA_JSON_SCAN_HPP
#define SENECA_JSON_SCAN_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "json_text.hpp"

namespace seneca {
namespace detail {

constexpr bool is_json_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_json_digit(char c) { return c >= '0' && c <= '9'; }
// A byte that numbers, true, false and null are made of.
constexpr bool is_json_word(char c) {
  return is_json_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' ||
         c == '.';
}

inline size_t skip_space(std::string_view text, size_t at) {
  while (at < text.size() && is_json_space(text[at])) ++at;
  return at;
}

// `at` is the opening quote; the position behind the closing one, or npos.
inline size_t skip_string(std::string_view text, size_t at) {
  for (++at; at < text.size();) {
    if (text.size() - at >= 8) {
      const uint64_t word = load_word(text.data() + at);
      if ((has_byte(word, '"') | has_byte(word, '\\')) == 0) {
        at += 8;
        continue;
      }
    }
    if (text[at] == '"') return at + 1;
    at += text[at] == '\\' ? 2 : 1;
  }
  return std::string_view::npos;
}

// `at` is the opening bracket; the position behind its partner, or npos.
inline size_t skip_container(std::string_view text, size_t at) {
  size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
  return std::string_view::npos;
}

// The position behind the value at `at`, or npos.
inline size_t skip_value(std::string_view text, size_t at) {
  if (at >= text.size()) return std::string_view::npos;
  if (text[at] == '"') return skip_string(text, at);
  if (text[at] == '{' || text[at] == '[') return skip_container(text, at);
  size_t end = at;
  while (end < text.size() && is_json_word(text[end])) ++end;
  return end == at ? std::string_view::npos : end;
}

// Moves `at` over the comma before the next element, if any; npos at the end or where it is malformed.
inline size_t next_element(std::string_view text, size_t at, bool first) {
  at = skip_space(text, at);
  if (at >= text.size() || text[at] == '}' || text[at] == ']') return std::string_view::npos;
  if (first) return at;
  return text[at] == ',' ? skip_space(text, at + 1) : std::string_view::npos;
}

}  // namespace detail

}  // namespace seneca

#endif
