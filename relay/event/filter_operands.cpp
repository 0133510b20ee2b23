// The operands of a filter's comparisons: paths and literals. The other half of FilterParser.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/clock.h"
#include "event/filter_parser.h"
#include "event/json_check.h"

namespace relay {
namespace {

struct NamedField {
  std::string_view name;
  FilterField field;
};

constexpr std::array kFields = {NamedField{"id", FilterField::id},
                                NamedField{"source", FilterField::source},
                                NamedField{"type", FilterField::type},
                                NamedField{"subject", FilterField::subject},
                                NamedField{"severity", FilterField::severity},
                                NamedField{"severitytext", FilterField::severity},
                                NamedField{"room", FilterField::room},
                                NamedField{"origin", FilterField::origin},
                                NamedField{"correlationid", FilterField::correlation_id},
                                NamedField{"traceparent", FilterField::traceparent},
                                NamedField{"priority", FilterField::priority},
                                NamedField{"time", FilterField::time}};

constexpr std::array<std::string_view, 11> kReserved = {
    "and", "or", "not", "in", "exists", "contains", "startswith", "endswith", "true", "false", "null"};

void append_steps(std::vector<std::string>& steps, std::string_view dotted) {
  while (!dotted.empty()) {
    const size_t dot = std::min(dotted.find('.'), dotted.size());
    steps.emplace_back(dotted.substr(0, dot));
    dotted.remove_prefix(std::min(dot + 1, dotted.size()));
  }
}

bool is_extension_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

}  // namespace

FilterPath attribute_path(std::string_view name) {
  FilterPath path;
  const auto* known = std::find_if(kFields.begin(), kFields.end(),
                                   [name](const NamedField& field) { return field.name == name; });
  path.field = known == kFields.end() ? FilterField::extension : known->field;
  if (known == kFields.end()) path.extension = name;
  return path;
}

FilterLiteral text_literal(std::string_view text) {
  FilterLiteral literal;
  literal.value.kind = FilterValue::Kind::text;
  literal.text = text;
  return literal;
}

Result<FilterPath> FilterParser::path() {
  const std::string_view name = token_.source;
  const std::string_view head = name.substr(0, name.find('.'));
  const bool reserved = std::find(kReserved.begin(), kReserved.end(), head) != kReserved.end();
  if (token_.kind != FilterToken::Kind::name || reserved)
    return expected("a path, such as type, subject, priority or data.agent_id");
  if (head != "data") {
    if (head != name || !is_extension_name(head))
      return expected("an attribute or a path into data; write data." + std::string(name));
    if (const Status next = advance(); !next) return tl::unexpected<Error>(next.error());
    return attribute_path(head);
  }
  FilterPath path;
  if (head != name) append_steps(path.steps, name.substr(head.size() + 1));
  if (const Status next = advance(); !next) return tl::unexpected<Error>(next.error());
  while (token_.is("[") || token_.kind == FilterToken::Kind::step) {
    if (token_.kind == FilterToken::Kind::step) append_steps(path.steps, token_.source.substr(1));
    const Status taken = token_.kind == FilterToken::Kind::step ? advance() : bracket_step(path);
    if (!taken) return tl::unexpected<Error>(taken.error());
  }
  if (path.steps.size() > static_cast<size_t>(kMaxJsonDepth))
    return bad_filter(token_.column, "the path is longer than data can be deep; shorten it");
  return path;
}

Status FilterParser::bracket_step(FilterPath& path) {
  if (const Status next = advance(); !next) return next;
  const bool index = token_.kind == FilterToken::Kind::number &&
                     token_.source.find_first_not_of("0123456789") == std::string_view::npos;
  if (!index && token_.kind != FilterToken::Kind::text)
    return expected("a name in quotes or an index, as in data[\"key\"] or data[0]");
  path.steps.emplace_back(index ? std::string(token_.source) : token_.text);
  if (const Status next = advance(); !next) return next;
  return expect("]", "after the name or index");
}

Result<std::vector<FilterLiteral>> FilterParser::list(FilterField field) {
  if (const Status opened = expect("[", "after in, as in [\"high\", \"critical\"]"); !opened)
    return tl::unexpected<Error>(opened.error());
  std::vector<FilterLiteral> literals;
  while (true) {
    Result<FilterLiteral> value = literal(field);
    if (!value) return tl::unexpected<Error>(std::move(value.error()));
    literals.push_back(std::move(*value));
    if (!token_.is(",")) break;
    if (const Status next = advance(); !next) return tl::unexpected<Error>(next.error());
  }
  if (const Status closed = expect("]", "or , in the list"); !closed)
    return tl::unexpected<Error>(closed.error());
  return literals;
}

Result<FilterLiteral> FilterParser::literal(FilterField field) {
  FilterLiteral value;
  if (field == FilterField::priority) {
    Result<FilterLiteral> priority = priority_literal();
    if (!priority) return priority;
    value = std::move(*priority);
  } else if (field == FilterField::time) {
    Result<FilterLiteral> time = time_literal();
    if (!time) return time;
    value = std::move(*time);
  } else if (token_.kind == FilterToken::Kind::text) {
    value = text_literal(token_.text);
  } else if (token_.kind == FilterToken::Kind::number) {
    Result<FilterLiteral> number = number_literal();
    if (!number) return number;
    value = std::move(*number);
  } else if (token_.is("true") || token_.is("false")) {
    value.value.kind = FilterValue::Kind::boolean;
    value.value.boolean = token_.is("true");
  } else if (token_.is("null")) {
    value.value.kind = FilterValue::Kind::null;
  } else {
    return expected("a text in quotes, a number, true, false or null");
  }
  if (const Status next = advance(); !next) return tl::unexpected<Error>(next.error());
  return value;
}

Result<FilterLiteral> FilterParser::priority_literal() {
  Priority priority{};
  const bool text = token_.kind == FilterToken::Kind::text;
  if (!parse_priority(text ? std::string_view(token_.text) : token_.source, priority))
    return expected("critical, high, normal or low");
  FilterLiteral literal;
  literal.value.kind = FilterValue::Kind::integer;
  literal.value.integer = urgency(priority);
  return literal;
}

Result<FilterLiteral> FilterParser::time_literal() {
  FilterLiteral literal;
  literal.value.kind = FilterValue::Kind::integer;
  if (token_.kind != FilterToken::Kind::text || !parse_time(token_.text, 0, literal.value.integer))
    return expected("an RFC 3339 time in quotes, such as \"2026-03-03T23:53:00Z\"");
  return literal;
}

Result<FilterLiteral> FilterParser::number_literal() {
  if (check_json(token_.source) != JsonFault::none)
    return expected("a number as in JSON, such as 10, -1 or 0.5");
  FilterLiteral literal;
  const char* const begin = token_.source.data();
  const char* const end = begin + token_.source.size();
  const auto integer = std::from_chars(begin, end, literal.value.integer);
  if (integer.ec == std::errc() && integer.ptr == end) {
    literal.value.kind = FilterValue::Kind::integer;
    literal.value.real = static_cast<double>(literal.value.integer);
    return literal;
  }
  literal.value.kind = FilterValue::Kind::real;
  if (std::from_chars(begin, end, literal.value.real).ec != std::errc())
    return expected("a number that a double can hold");
  return literal;
}

}  // namespace relay
