#pragma once

#include <seneca/json.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plugins {

/// Takes the part before the first dot off `text`.
inline std::string_view take_level(std::string_view& text) {
  const size_t dot = text.find('.');
  const std::string_view level = text.substr(0, dot);
  text = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  return level;
}

/// Whether an event's type is one of those that `pattern` means: `*` stands for one level between dots, `**`
/// for one or more. Remembers the last `**` and widens it on a mismatch, so the time is bounded by the
/// product of the lengths. [any-thread]
inline bool topic_matches(std::string_view pattern, std::string_view type) {
  std::string_view after_wildcard, widened;
  bool has_wildcard = false;
  while (!type.empty()) {
    std::string_view rest = pattern;
    const std::string_view wanted = take_level(rest);
    if (!pattern.empty() && wanted == "**") {
      has_wildcard = true;
      after_wildcard = pattern = rest;
      take_level(type);
      widened = type;
      continue;
    }
    std::string_view type_rest = type;
    const std::string_view level = take_level(type_rest);
    if (!pattern.empty() && (wanted == "*" || wanted == level)) {
      pattern = rest;
      type = type_rest;
      continue;
    }
    if (!has_wildcard || widened.empty()) return false;
    take_level(widened);
    pattern = after_wildcard;
    type = widened;
  }
  return pattern.empty();
}

/// The patterns that a configuration lists. Immutable.
class TopicPatterns {
 public:
  /// `list` is an array of strings, or nothing.
  explicit TopicPatterns(const seneca::JsonView& list) {
    for (const seneca::JsonView& pattern : list.items()) patterns_.push_back(pattern.string());
  }

  [[nodiscard]] bool empty() const { return patterns_.empty(); }
  /// Whether one of them matches; an empty list matches nothing.
  [[nodiscard]] bool match(std::string_view type) const {
    return std::any_of(patterns_.begin(), patterns_.end(),
                       [type](const std::string& pattern) { return topic_matches(pattern, type); });
  }
  [[nodiscard]] auto begin() const { return patterns_.begin(); }
  [[nodiscard]] auto end() const { return patterns_.end(); }

 private:
  std::vector<std::string> patterns_;
};

}  // namespace plugins
