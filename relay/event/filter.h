#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "event/event.h"

namespace relay {

struct FilterNode;

/// A compiled condition on one event, as in `tail --filter`, subscriptions and routes.
///
///   expression = conjunction { ("||" | "or") conjunction }
///   conjunction = term { ("&&" | "and") term }
///   term = ("!" | "not") term | "(" expression ")" | "exists" "(" path ")" | path operator literal
///        | path "in" "[" literal { "," literal } "]"
///   operator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "=~" | "contains" | "startswith" | "endswith"
///   literal = "text" | 'text' | number | true | false | null
///   path = attribute | "data" { "." name | "[" "text" "]" | "[" number "]" }
///   attribute = id source type subject priority severity room origin time correlationid traceparent, or the
///   name
///               of an extension attribute
///
/// A path that the event lacks makes a comparison false, and `!=` true. Values of different kinds are never
/// equal, and never less or greater. `priority` compares by urgency and takes bare names: `priority >= high`
/// is high or critical. `time` compares with an RFC 3339 text. `=~` is a glob over the whole text, `*` any
/// text and `?` one character. `contains` looks for a part of a text or an element of an array.
///
/// Immutable and cheap to copy; `matches` is safe from any thread and allocates only for escaped strings in
/// data.
class Filter {
 public:
  /// Matches every event.
  Filter() = default;

  /// Error `bad_filter`, subject "column N". At most 4 KiB and 32 levels of nesting. Blank: matches every
  /// event.
  [[nodiscard]] static Result<Filter> parse(std::string_view expression);
  /// The filter dialects of CloudEvents Subscriptions: exact, prefix, suffix, all, any, not; one object or an
  /// array of which all must match. Errors `bad_filter` and `unsupported_filter` (sql), subject the place:
  /// "all[1].exact".
  [[nodiscard]] static Result<Filter> parse_cloudevents(std::string_view json);

  [[nodiscard]] bool matches(const Event& event) const;
  [[nodiscard]] bool matches_everything() const { return !root_; }
  /// The source text: equal texts mean equal filters.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Filter(std::string_view text, std::shared_ptr<const FilterNode> root)
      : text_(text), root_(std::move(root)) {}

  std::string text_;
  std::shared_ptr<const FilterNode> root_;
};

}  // namespace relay
