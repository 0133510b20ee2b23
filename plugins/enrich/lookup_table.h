#pragma once

#include <seneca/json.hpp>
#include <string>
#include <unordered_map>

namespace enrich {

/// What a key stands for: JSON values by text. Immutable once made.
class LookupTable {
 public:
  /// `object` is a JSON object.
  explicit LookupTable(const seneca::JsonView& object);
  /// From a file that holds one, at most 16 MiB. Throws std::runtime_error when it cannot be read or is none.
  static LookupTable from_file(const std::string& path);

  /// The value of a key, or null.
  [[nodiscard]] const std::string* find(const std::string& key) const;

 private:
  std::unordered_map<std::string, std::string> values_;
};

}  // namespace enrich
