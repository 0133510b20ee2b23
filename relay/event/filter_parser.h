#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/filter_ast.h"
#include "event/filter_lexer.h"

namespace relay {

/// Turns one filter expression (grammar in filter.h) into its tree. Used once, on one thread.
class FilterParser {
 public:
  explicit FilterParser(std::string_view expression) : lexer_(expression) {}
  [[nodiscard]] Result<FilterNode> parse();

 private:
  using Rule = Result<FilterNode> (FilterParser::*)();

  [[nodiscard]] Status advance();
  [[nodiscard]] tl::unexpected<Error> expected(const std::string& what) const;
  [[nodiscard]] Status expect(std::string_view symbol, const std::string& where);

  [[nodiscard]] Result<FilterNode> chain(FilterNode::Kind kind, Rule part, std::string_view symbol,
                                         std::string_view word);
  [[nodiscard]] Result<FilterNode> expression();
  [[nodiscard]] Result<FilterNode> conjunction();
  [[nodiscard]] Result<FilterNode> term();
  [[nodiscard]] Result<FilterNode> negation();
  [[nodiscard]] Result<FilterNode> parentheses();
  [[nodiscard]] Result<FilterNode> existence();
  [[nodiscard]] Result<FilterNode> comparison();

  [[nodiscard]] Result<FilterPath> path();
  [[nodiscard]] Status bracket_step(FilterPath& path);
  [[nodiscard]] Result<FilterOperator> comparison_operator();
  [[nodiscard]] Result<std::vector<FilterLiteral>> list(FilterField field);
  [[nodiscard]] Result<FilterLiteral> literal(FilterField field);
  [[nodiscard]] Result<FilterLiteral> priority_literal();
  [[nodiscard]] Result<FilterLiteral> time_literal();
  [[nodiscard]] Result<FilterLiteral> number_literal();

  FilterLexer lexer_;
  FilterToken token_;  // the one to be read next
  int depth_ = 0;
};

}  // namespace relay
