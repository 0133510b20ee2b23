#pragma once

#include <seneca/json.hpp>
#include <string>
#include <string_view>

#include "redact/key_names.h"
#include "redact/pointer_tree.h"
#include "redact/replacement.h"
#include "redact/secret_patterns.h"

namespace redact {

/// Takes secrets out of JSON and plain texts. One pass over the text, no tree; what holds no secret stays
/// byte for byte as it was. Immutable; [any-thread].
class Redactor {
 public:
  /// `config` is the plugin's. Throws std::invalid_argument for what cannot be used.
  explicit Redactor(const seneca::JsonView& config);

  /// Whether `json`, one valid value, holds secrets; then `out` is the value without them. Throws
  /// std::runtime_error for more than 64 levels.
  bool redact_json(std::string_view json, std::string& out) const;
  /// The same for the members of an object written without its braces.
  bool redact_members(std::string_view members, std::string& out) const;
  /// The same for a text that is no JSON.
  bool redact_text(std::string_view text, std::string& out) const;

 private:
  bool append_value(const seneca::JsonView& value, const PointerTree* pointers, int depth,
                    std::string& out) const;
  bool append_children(const seneca::JsonView& container, const PointerTree* pointers, int depth,
                       std::string& out) const;
  bool append_string(const seneca::JsonView& value, std::string& out) const;
  void append_replacement(const seneca::JsonView& value, std::string& out) const;

  const KeyNames keys_;
  const PointerTree pointers_;
  const SecretPatterns patterns_;
  const Replacement replacement_;
};

}  // namespace redact
