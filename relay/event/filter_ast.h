#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/event.h"

namespace relay {

inline constexpr size_t kMaxFilterBytes = 4096;
inline constexpr int kMaxFilterDepth = 32;

/// What a path of a filter begins with. `priority` and `time` are numbers, `priority_name` and `time_text`
/// texts.
enum class FilterField : uint8_t {
  id,
  source,
  type,
  subject,
  severity,
  room,
  origin,
  correlation_id,
  traceparent,
  priority,
  priority_name,
  time,
  time_text,
  extension,
  data
};

struct FilterPath {
  FilterField field = FilterField::data;
  std::string extension;           ///< its name, for FilterField::extension
  std::vector<std::string> steps;  ///< member names and array indices, for FilterField::data
};

/// A constant, or what a path of an event leads to. Texts of the latter borrow from the event or its scratch
/// text.
struct FilterValue {
  enum class Kind : uint8_t { absent, null, boolean, integer, real, text, structure };
  Kind kind = Kind::absent;
  bool boolean = false;
  int64_t integer = 0;
  double real = 0;  ///< of integers too
  std::string_view text;
};

struct FilterLiteral {
  FilterValue value;
  std::string text;  ///< what value.text stands for; the view itself is made by `view`

  [[nodiscard]] FilterValue view() const {
    FilterValue result = value;
    result.text = text;
    return result;
  }
};

enum class FilterOperator : uint8_t {
  exists,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  glob,
  contains,
  starts_with,
  ends_with,
  in
};

/// One node of a compiled filter: a value, so a tree of them copies and dies by itself.
struct FilterNode {
  enum class Kind : uint8_t { all, any, negation, comparison };
  Kind kind = Kind::comparison;
  std::vector<FilterNode> children;  ///< all, any: one or more; negation: one
  FilterPath path;
  FilterOperator op = FilterOperator::exists;
  std::vector<FilterLiteral> literals;  ///< in: one or more; exists: none; others: one
};

/// The path of an attribute by its CloudEvents name; names the relay does not know are extension attributes.
[[nodiscard]] FilterPath attribute_path(std::string_view name);

[[nodiscard]] FilterLiteral text_literal(std::string_view text);

/// Higher is more urgent, so that `priority >= high` reads as it should.
[[nodiscard]] inline int64_t urgency(Priority priority) {
  return static_cast<int64_t>(Priority::low) - static_cast<int64_t>(priority);
}

/// [any-thread] The root's verdict on one event.
[[nodiscard]] bool evaluate(const FilterNode& node, const Event& event);

/// Errors as Filter::parse and Filter::parse_cloudevents describe them. The text is not blank.
[[nodiscard]] Result<FilterNode> parse_filter_expression(std::string_view expression);
[[nodiscard]] Result<FilterNode> parse_cloudevents_filter(std::string_view json);

}  // namespace relay
