#pragma once

#include <memory>
#include <seneca/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "redact/replacement.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace redact {

/// What secrets look like inside of texts: ready-made patterns by name, and the operator's own. All are
/// matched in time that grows with the text only. Immutable; [any-thread].
class SecretPatterns {
 public:
  /// Arrays of names and of RE2 expressions, or nothing. Throws std::invalid_argument for an unknown name or
  /// an expression that is none.
  SecretPatterns(const seneca::JsonView& names, const seneca::JsonView& expressions);
  ~SecretPatterns();
  SecretPatterns(const SecretPatterns&) = delete;
  SecretPatterns& operator=(const SecretPatterns&) = delete;

  [[nodiscard]] bool empty() const { return patterns_.empty(); }
  /// Replaces every match in `text`, or its first group that took part. False when there was none.
  bool replace(std::string& text, const Replacement& replacement) const;

 private:
  struct Any;

  void add(const std::string& expression);

  std::vector<std::unique_ptr<re2::RE2>> patterns_;
  std::unique_ptr<Any> any_;  // whether one of them matches, asked at once: most texts hold no secret
};

}  // namespace redact
