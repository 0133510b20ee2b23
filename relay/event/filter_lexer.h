#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace relay {

struct FilterToken {
  enum class Kind { end, name, step, text, number, symbol };
  Kind kind = Kind::end;
  std::string_view source;  ///< as written: `data.a.0` is one name, `.b` behind a bracket one step
  std::string text;         ///< of a text, unescaped
  size_t column = 1;

  [[nodiscard]] bool is(std::string_view word) const {
    return (kind == Kind::symbol || kind == Kind::name) && source == word;
  }
};

/// Cuts a filter expression into tokens. Borrows the expression.
class FilterLexer {
 public:
  explicit FilterLexer(std::string_view expression) : expression_(expression) {}
  [[nodiscard]] Result<FilterToken> next();

 private:
  [[nodiscard]] Result<FilterToken> text();
  [[nodiscard]] Result<FilterToken> number();
  [[nodiscard]] FilterToken take(FilterToken::Kind kind, size_t length);
  [[nodiscard]] size_t name_length() const;

  std::string_view expression_;
  size_t at_ = 0;
};

[[nodiscard]] tl::unexpected<Error> bad_filter(size_t column, std::string message);

}  // namespace relay
