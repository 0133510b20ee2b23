#pragma once

#include <forward_list>
#include <span>
#include <string>
#include <string_view>

#include <seneca/json.hpp>

#include "base/result.h"
#include "event/json_outline.h"

namespace relay {

/// The members of one JSON object, keys unescaped and known to differ. Borrows the text it was read from;
/// used for one object after the other.
class EnvelopeObject {
 public:
  EnvelopeObject() = default;
  explicit EnvelopeObject(const JsonOutline& outline) : outline_(outline) {}

  /// For check_json to fill; `take` comes next.
  [[nodiscard]] JsonOutline& outline() { return outline_; }
  /// `json` has passed check_json, which filled the outline. Errors not_object and duplicate_key.
  [[nodiscard]] Status take(std::string_view json);
  /// The same for a part of a text that has passed check_json, whose members are still to be found.
  [[nodiscard]] Status read(std::string_view json);

  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Absent when there is no such member.
  [[nodiscard]] seneca::JsonView get(std::string_view key) const {
    const seneca::JsonMember* const member = find(key);
    return member == nullptr ? seneca::JsonView() : member->value;
  }
  /// The members; their `raw_key` is the key unescaped.
  [[nodiscard]] std::span<const seneca::JsonMember> entries() const { return outline_.members(); }
  [[nodiscard]] std::string_view raw() const { return raw_; }

 private:
  [[nodiscard]] const seneca::JsonMember* find(std::string_view key) const {
    for (const seneca::JsonMember& entry : outline_.members())
      if (entry.raw_key == key) return &entry;
    return nullptr;
  }

  std::string_view raw_;
  JsonOutline outline_;
  std::forward_list<std::string> unescaped_;  // the few keys that were written with escapes
};

}  // namespace relay
