#include <algorithm>
#include <charconv>
#include <compare>
#include <limits>

#include <seneca/json.hpp>

#include "base/clock.h"
#include "event/extension.h"
#include "event/filter_ast.h"
#include "event/glob.h"

namespace relay {
namespace {

using Kind = FilterValue::Kind;

FilterValue text_value(std::string_view text) {
  FilterValue value;
  value.kind = text.empty() ? Kind::absent : Kind::text;
  value.text = text;
  return value;
}

FilterValue integer_value(int64_t integer) {
  FilterValue value;
  value.kind = Kind::integer;
  value.integer = integer;
  value.real = static_cast<double>(integer);
  return value;
}

FilterValue number_value(const seneca::JsonView& json) {
  const std::string_view raw = json.raw();
  int64_t integer = 0;
  const auto parsed = std::from_chars(raw.data(), raw.data() + raw.size(), integer);
  if (parsed.ec == std::errc() && parsed.ptr == raw.data() + raw.size()) return integer_value(integer);
  FilterValue value;
  value.kind = Kind::real;
  value.real =
      json.number(std::numeric_limits<double>::quiet_NaN());  // which equals nothing and has no order
  return value;
}

// `scratch` holds the text when it had escapes.
FilterValue json_value(const seneca::JsonView& json, std::string& scratch) {
  FilterValue value;
  switch (json.type()) {
    case seneca::JsonView::Type::absent:
      break;
    case seneca::JsonView::Type::null:
      value.kind = Kind::null;
      break;
    case seneca::JsonView::Type::number:
      return number_value(json);
    case seneca::JsonView::Type::boolean:
      value.kind = Kind::boolean;
      value.boolean = json.boolean();
      break;
    case seneca::JsonView::Type::string:
      value.kind = Kind::text;
      value.text = json.string(scratch);
      break;
    case seneca::JsonView::Type::array:
    case seneca::JsonView::Type::object:
      value.kind = Kind::structure;
      value.text = json.raw();
      break;
  }
  return value;
}

seneca::JsonView data_at(std::string_view data, const std::vector<std::string>& steps) {
  seneca::JsonView json(data);
  for (const std::string& step : steps) json = seneca::detail::pointer_step(json, step);
  return json;
}

FilterValue value_of(const Event& event, const FilterPath& path, std::string& scratch) {
  const EventFields& fields = event.fields();
  switch (path.field) {
    case FilterField::id:
      return text_value(fields.id);
    case FilterField::source:
      return text_value(fields.source);
    case FilterField::type:
      return text_value(fields.type);
    case FilterField::subject:
      return text_value(fields.subject);
    case FilterField::severity:
      return text_value(fields.severity);
    case FilterField::room:
      return text_value(fields.room);
    case FilterField::origin:
      return text_value(fields.origin);
    case FilterField::correlation_id:
      return text_value(fields.correlation_id);
    case FilterField::traceparent:
      return text_value(fields.traceparent);
    case FilterField::priority:
      return integer_value(urgency(fields.priority));
    case FilterField::priority_name:
      return text_value(to_string(fields.priority));
    case FilterField::time:
      return integer_value(fields.time_us);
    case FilterField::time_text:
      scratch.clear();
      append_rfc3339(scratch, fields.time_us);
      return text_value(scratch);
    case FilterField::extension:
      return json_value(find_extension(fields.extensions, path.extension), scratch);
    case FilterField::data:
      break;
  }
  return json_value(data_at(fields.data, path.steps), scratch);
}

// Unordered when the kinds differ: such values are neither equal nor less nor greater.
std::partial_ordering compare(const FilterValue& a, const FilterValue& b) {
  const auto is_number = [](const FilterValue& value) {
    return value.kind == Kind::integer || value.kind == Kind::real;
  };
  if (a.kind == Kind::integer && b.kind == Kind::integer) return a.integer <=> b.integer;
  if (is_number(a) && is_number(b)) return a.real <=> b.real;
  if (a.kind != b.kind) return std::partial_ordering::unordered;
  if (a.kind == Kind::text) return a.text <=> b.text;
  const bool same = a.kind == Kind::null || (a.kind == Kind::boolean && a.boolean == b.boolean);
  return same ? std::partial_ordering::equivalent : std::partial_ordering::unordered;
}

bool contains(const FilterValue& value, const FilterValue& part) {
  if (value.kind == Kind::text)
    return part.kind == Kind::text && value.text.find(part.text) != std::string_view::npos;
  if (value.kind != Kind::structure) return false;
  std::string scratch;
  for (const seneca::JsonView& item : seneca::JsonView(value.text).items())
    if (compare(json_value(item, scratch), part) == 0) return true;
  return false;
}

bool holds(const FilterValue& value, const FilterNode& node) {
  if (node.op == FilterOperator::exists) return value.kind != Kind::absent;
  if (node.op == FilterOperator::in)
    return std::any_of(node.literals.begin(), node.literals.end(),
                       [&](const FilterLiteral& literal) { return compare(value, literal.view()) == 0; });
  const FilterValue literal = node.literals.front().view();
  const bool texts = value.kind == Kind::text && literal.kind == Kind::text;
  switch (node.op) {
    case FilterOperator::equal:
      return compare(value, literal) == 0;
    case FilterOperator::not_equal:
      return compare(value, literal) != 0;
    case FilterOperator::less:
      return compare(value, literal) < 0;
    case FilterOperator::less_equal:
      return compare(value, literal) <= 0;
    case FilterOperator::greater:
      return compare(value, literal) > 0;
    case FilterOperator::greater_equal:
      return compare(value, literal) >= 0;
    case FilterOperator::glob:
      return texts && glob_matches(literal.text, value.text);
    case FilterOperator::contains:
      return contains(value, literal);
    case FilterOperator::starts_with:
      return texts && value.text.starts_with(literal.text);
    case FilterOperator::ends_with:
      return texts && value.text.ends_with(literal.text);
    case FilterOperator::exists:
    case FilterOperator::in:
      break;
  }
  return false;
}

}  // namespace

bool evaluate(const FilterNode& node, const Event& event) {
  const auto child = [&event](const FilterNode& inner) { return evaluate(inner, event); };
  switch (node.kind) {
    case FilterNode::Kind::all:
      return std::all_of(node.children.begin(), node.children.end(), child);
    case FilterNode::Kind::any:
      return std::any_of(node.children.begin(), node.children.end(), child);
    case FilterNode::Kind::negation:
      return !child(node.children.front());
    case FilterNode::Kind::comparison:
      break;
  }
  std::string scratch;
  return holds(value_of(event, node.path, scratch), node);
}

}  // namespace relay
