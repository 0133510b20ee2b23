#include "event/filter_lexer.h"

#include <algorithm>
#include <array>

#include <seneca/json_text.hpp>

namespace relay {
namespace {

// Longer ones first: the first that fits is taken.
constexpr std::array<std::string_view, 16> kSymbols = {"==", "!=", "<=", ">=", "=~", "&&", "||", "<",
                                                       ">",  "!",  "(",  ")",  "[",  "]",  ",",  "."};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_part(char c) { return is_letter(c) || is_digit(c) || c == '-'; }

}  // namespace

tl::unexpected<Error> bad_filter(size_t column, std::string message) {
  return fail("bad_filter", "column " + std::to_string(column), std::move(message));
}

FilterToken FilterLexer::take(FilterToken::Kind kind, size_t length) {
  FilterToken token;
  token.kind = kind;
  token.source = expression_.substr(at_, length);
  token.column = at_ + 1;
  at_ += length;
  return token;
}

// Of `a.b.0` from `at_` on, which is a letter or the dot before a step.
size_t FilterLexer::name_length() const {
  size_t end = at_;
  while (end < expression_.size()) {
    const bool dot =
        expression_[end] == '.' && end + 1 < expression_.size() && is_name_part(expression_[end + 1]);
    if (!dot && !is_name_part(expression_[end])) break;
    ++end;
  }
  return end - at_;
}

Result<FilterToken> FilterLexer::next() {
  at_ = std::min(expression_.find_first_not_of(" \t\r\n", at_), expression_.size());
  if (at_ == expression_.size()) return take(FilterToken::Kind::end, 0);
  const char c = expression_[at_];
  if (c == '"' || c == '\'') return text();
  if (is_digit(c) || c == '-') return number();
  if (is_letter(c)) return take(FilterToken::Kind::name, name_length());
  if (c == '.' && name_length() > 1) return take(FilterToken::Kind::step, name_length());
  for (const std::string_view symbol : kSymbols)
    if (expression_.substr(at_, symbol.size()) == symbol)
      return take(FilterToken::Kind::symbol, symbol.size());
  if (c == '=') return bad_filter(at_ + 1, "\"=\" is no operator; write == to compare");
  if (c == '&' || c == '|') return bad_filter(at_ + 1, "one & or | is no operator; write &&, ||, and, or");
  return bad_filter(at_ + 1, "this character has no meaning in a filter; put texts in quotes");
}

Result<FilterToken> FilterLexer::text() {
  const char quote = expression_[at_];
  const size_t begin = at_ + 1;
  std::string value;
  for (size_t i = begin; i < expression_.size();) {
    if (expression_[i] == quote) {
      FilterToken token = take(FilterToken::Kind::text, i + 1 - at_);
      token.text = std::move(value);
      return token;
    }
    if (expression_.substr(i, 2) == "\\'") {  // JSON has no such escape
      value += '\'';
      i += 2;
    } else if (expression_[i] == '\\') {
      char decoded[4];
      const size_t length = seneca::detail::decode_escape(expression_, i, decoded);
      value.append(decoded, length);
    } else {
      value += expression_[i++];
    }
  }
  return bad_filter(begin, std::string("a text is not closed; add ") + quote);
}

Result<FilterToken> FilterLexer::number() {
  size_t end = at_ + 1;
  const auto part_of_number = [this](size_t i) {
    const char c = expression_[i];
    const bool sign = (c == '-' || c == '+') && (expression_[i - 1] == 'e' || expression_[i - 1] == 'E');
    return is_name_part(c) ? c != '-' || sign : c == '.' || sign;
  };
  while (end < expression_.size() && part_of_number(end)) ++end;
  return take(FilterToken::Kind::number, end - at_);
}

}  // namespace relay
