#include "event/filter_parser.h"

#include <algorithm>
#include <array>
#include <utility>

namespace relay {
namespace {

struct NamedOperator {
  std::string_view name;
  FilterOperator op;
};

constexpr std::array kOperators = {NamedOperator{"==", FilterOperator::equal},
                                   NamedOperator{"!=", FilterOperator::not_equal},
                                   NamedOperator{"<", FilterOperator::less},
                                   NamedOperator{"<=", FilterOperator::less_equal},
                                   NamedOperator{">", FilterOperator::greater},
                                   NamedOperator{">=", FilterOperator::greater_equal},
                                   NamedOperator{"=~", FilterOperator::glob},
                                   NamedOperator{"contains", FilterOperator::contains},
                                   NamedOperator{"startswith", FilterOperator::starts_with},
                                   NamedOperator{"endswith", FilterOperator::ends_with},
                                   NamedOperator{"in", FilterOperator::in}};

bool is_ordering(FilterOperator op) {
  return op == FilterOperator::less || op == FilterOperator::less_equal || op == FilterOperator::greater ||
         op == FilterOperator::greater_equal;
}

bool is_textual(FilterOperator op) {
  return op == FilterOperator::glob || op == FilterOperator::starts_with || op == FilterOperator::ends_with;
}

// What is wrong with using `op` between this field and this literal; "" when nothing is.
std::string_view misuse(FilterOperator op, FilterField field, const FilterLiteral& literal) {
  using Kind = FilterValue::Kind;
  const bool ranked = field == FilterField::priority || field == FilterField::time;
  if (ranked && (is_textual(op) || op == FilterOperator::contains))
    return "priority and time are compared with ==, !=, <, <=, >, >= and in";
  if (is_textual(op) && literal.value.kind != Kind::text) return "this operator takes a text in quotes";
  if (is_ordering(op) && (literal.value.kind == Kind::null || literal.value.kind == Kind::boolean))
    return "true, false and null have no order; compare them with == or !=";
  return {};
}

}  // namespace

Status FilterParser::advance() {
  Result<FilterToken> token = lexer_.next();
  if (!token) return tl::unexpected<Error>(std::move(token.error()));
  token_ = std::move(*token);
  return {};
}

tl::unexpected<Error> FilterParser::expected(const std::string& what) const {
  const std::string found = token_.kind == FilterToken::Kind::end ? "the end" : std::string(token_.source);
  return bad_filter(token_.column, "expected " + what + ", found " + found);
}

Status FilterParser::expect(std::string_view symbol, const std::string& where) {
  if (!token_.is(symbol)) return expected(std::string(symbol) + " " + where);
  return advance();
}

Result<FilterNode> FilterParser::parse() {
  if (const Status first = advance(); !first) return tl::unexpected<Error>(first.error());
  Result<FilterNode> root = expression();
  if (root && token_.kind != FilterToken::Kind::end)
    return expected("&&, || or the end; join conditions with && or ||");
  return root;
}

Result<FilterNode> FilterParser::chain(FilterNode::Kind kind, Rule part, std::string_view symbol,
                                       std::string_view word) {
  Result<FilterNode> first = (this->*part)();
  if (!first || !(token_.is(symbol) || token_.is(word))) return first;
  FilterNode node;
  node.kind = kind;
  node.children.push_back(std::move(*first));
  while (token_.is(symbol) || token_.is(word)) {
    if (const Status next = advance(); !next) return tl::unexpected<Error>(next.error());
    Result<FilterNode> other = (this->*part)();
    if (!other) return other;
    node.children.push_back(std::move(*other));
  }
  return node;
}

Result<FilterNode> FilterParser::expression() {
  return chain(FilterNode::Kind::any, &FilterParser::conjunction, "||", "or");
}

Result<FilterNode> FilterParser::conjunction() {
  return chain(FilterNode::Kind::all, &FilterParser::term, "&&", "and");
}

Result<FilterNode> FilterParser::term() {
  if (depth_ == kMaxFilterDepth)
    return bad_filter(token_.column, "the filter is nested too deeply; at most 32 levels are taken");
  ++depth_;
  Result<FilterNode> node = token_.is("!") || token_.is("not") ? negation()
                            : token_.is("(")                   ? parentheses()
                            : token_.is("exists")              ? existence()
                                                               : comparison();
  --depth_;
  return node;
}

Result<FilterNode> FilterParser::negation() {
  if (const Status next = advance(); !next) return tl::unexpected<Error>(next.error());
  Result<FilterNode> inner = term();
  if (!inner) return inner;
  FilterNode node;
  node.kind = FilterNode::Kind::negation;
  node.children.push_back(std::move(*inner));
  return node;
}

Result<FilterNode> FilterParser::parentheses() {
  if (const Status next = advance(); !next) return tl::unexpected<Error>(next.error());
  Result<FilterNode> inner = expression();
  if (!inner) return inner;
  if (const Status closed = expect(")", "to close the parenthesis"); !closed)
    return tl::unexpected<Error>(closed.error());
  return inner;
}

Result<FilterNode> FilterParser::existence() {
  if (const Status next = advance(); !next) return tl::unexpected<Error>(next.error());
  if (const Status opened = expect("(", "after exists, as in exists(data.agent_id)"); !opened)
    return tl::unexpected<Error>(opened.error());
  Result<FilterPath> which = path();
  if (!which) return tl::unexpected<Error>(std::move(which.error()));
  if (const Status closed = expect(")", "after the path"); !closed)
    return tl::unexpected<Error>(closed.error());
  FilterNode node;
  node.path = std::move(*which);
  return node;
}

Result<FilterNode> FilterParser::comparison() {
  FilterNode node;
  Result<FilterPath> which = path();
  if (!which) return tl::unexpected<Error>(std::move(which.error()));
  node.path = std::move(*which);
  const size_t column = token_.column;
  const Result<FilterOperator> op = comparison_operator();
  if (!op) return tl::unexpected<Error>(op.error());
  node.op = *op;
  if (node.op == FilterOperator::in) {
    Result<std::vector<FilterLiteral>> literals = list(node.path.field);
    if (!literals) return tl::unexpected<Error>(std::move(literals.error()));
    node.literals = std::move(*literals);
    return node;
  }
  Result<FilterLiteral> value = literal(node.path.field);
  if (!value) return tl::unexpected<Error>(std::move(value.error()));
  if (const std::string_view wrong = misuse(node.op, node.path.field, *value); !wrong.empty())
    return bad_filter(column, std::string(wrong));
  node.literals.push_back(std::move(*value));
  return node;
}

Result<FilterOperator> FilterParser::comparison_operator() {
  const auto* found = std::find_if(kOperators.begin(), kOperators.end(),
                                   [this](const NamedOperator& named) { return token_.is(named.name); });
  if (found == kOperators.end())
    return expected("an operator; write ==, !=, <, <=, >, >=, =~, contains, startswith, endswith or in");
  if (const Status next = advance(); !next) return tl::unexpected<Error>(next.error());
  return found->op;
}

Result<FilterNode> parse_filter_expression(std::string_view expression) {
  if (expression.size() > kMaxFilterBytes)
    return bad_filter(kMaxFilterBytes, "the filter is too long; at most 4096 bytes are taken");
  return FilterParser(expression).parse();
}

}  // namespace relay
