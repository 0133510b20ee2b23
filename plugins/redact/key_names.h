#pragma once

#include <seneca/json.hpp>
#include <string>
#include <string_view>
#include <unordered_set>

namespace redact {

/// Names of members, compared without case, '-' and '_': "apikey" is also api_key, API-Key and apiKey.
/// Immutable.
class KeyNames {
 public:
  /// `list` is an array of strings, or nothing.
  explicit KeyNames(const seneca::JsonView& list);

  /// `raw` is the inside of a key as written, escapes included.
  [[nodiscard]] bool contain(std::string_view raw) const;

 private:
  std::unordered_set<std::string> names_;
};

}  // namespace redact
