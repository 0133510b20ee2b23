#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace relay {

/// A compiled type pattern. `*` stands for exactly one dot-separated level, `**` for one or more; everything
/// else is literal. `agent.**` matches agent.x and agent.x.y but not agent; `**` matches every type.
///
/// Immutable; matching allocates nothing and is safe from any thread.
class Pattern {
 public:
  /// Error `bad_pattern`, subject the pattern.
  [[nodiscard]] static Result<Pattern> parse(std::string_view text);

  [[nodiscard]] bool matches(std::string_view type) const {
    // Every event meets every route: most are told apart by their first letter.
    if (literal_ > 0 && (type.size() < literal_ || type.front() != text_.front())) return false;
    return matches_whole(type);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  enum class Kind : uint8_t { exact, everything, prefix, levels };
  Pattern(Kind kind, std::string_view text);
  [[nodiscard]] bool matches_whole(std::string_view type) const;

  std::string text_;
  size_t literal_ = 0;  // bytes at the front that a type must have as they are, where that is known
  Kind kind_;
};

/// Any of several patterns; an empty set matches every type.
class PatternSet {
 public:
  PatternSet() = default;
  [[nodiscard]] static Result<PatternSet> parse(const std::vector<std::string>& patterns);
  /// "agent.*,task.**"; blanks around a comma are ignored.
  [[nodiscard]] static Result<PatternSet> parse_list(std::string_view comma_separated);

  [[nodiscard]] bool matches(std::string_view type) const {
    if (patterns_.empty()) return true;
    for (const Pattern& pattern : patterns_)
      if (pattern.matches(type)) return true;
    return false;
  }
  [[nodiscard]] bool empty() const { return patterns_.empty(); }
  [[nodiscard]] const std::vector<Pattern>& patterns() const { return patterns_; }

 private:
  std::vector<Pattern> patterns_;
};

}  // namespace relay
