#pragma once

#include <forward_list>
#include <string>
#include <string_view>
#include <vector>

#include <seneca/json.hpp>

#include "base/result.h"

namespace relay {

/// The members of one JSON object, keys unescaped and known to differ. Borrows the text it was read from.
class EnvelopeObject {
 public:
  struct Entry {
    std::string_view key;
    seneca::JsonView value;
  };

  /// `json` has passed check_json. Errors not_object and duplicate_key.
  [[nodiscard]] static Result<EnvelopeObject> read(std::string_view json);

  [[nodiscard]] bool has(std::string_view key) const;
  /// Absent when there is no such member.
  [[nodiscard]] seneca::JsonView get(std::string_view key) const;
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] std::string_view raw() const { return raw_; }

 private:
  EnvelopeObject() = default;

  std::string_view raw_;
  std::vector<Entry> entries_;
  std::forward_list<std::string> unescaped_;  // the few keys that were written with escapes
};

}  // namespace relay
