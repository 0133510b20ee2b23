#include "redact/redactor.h"

#include <stdexcept>

#include "support/json_rewrite.h"

namespace redact {
namespace {

constexpr int kMaxDepth = 64;  // the relay lets no more in

std::string text_or(const seneca::JsonView& value, const char* otherwise) {
  return value ? value.string() : otherwise;
}

}  // namespace

Redactor::Redactor(const seneca::JsonView& config)
    : keys_(config.get("keys")),
      pointers_(config.get("pointers")),
      patterns_(config.get("detect"), config.get("patterns")),
      replacement_(text_or(config.get("replacement"), "[redacted]"), config.get("hash_key").string()) {}

bool Redactor::redact_json(std::string_view json, std::string& out) const {
  out.clear();
  return append_value(seneca::JsonView(json), &pointers_, 0, out);
}

bool Redactor::redact_members(std::string_view members, std::string& out) const {
  const std::string object = '{' + std::string(members) + '}';
  out.clear();
  const bool changed = append_value(seneca::JsonView(object), nullptr, 0, out);
  out = out.substr(1, out.size() - 2);
  return changed;
}

bool Redactor::redact_text(std::string_view text, std::string& out) const {
  out = text;
  return patterns_.replace(out, replacement_);
}

// Returns whether it differs from what was there.
bool Redactor::append_value(const seneca::JsonView& value, const PointerTree* pointers, int depth,
                            std::string& out) const {
  if (pointers != nullptr && pointers->is_end()) {
    append_replacement(value, out);
    return true;
  }
  if (value.is_string()) return append_string(value, out);
  if (value.is_object() || value.is_array()) return append_children(value, pointers, depth, out);
  out += value.raw();
  return false;
}

bool Redactor::append_children(const seneca::JsonView& container, const PointerTree* pointers, int depth,
                               std::string& out) const {
  if (depth == kMaxDepth) throw std::runtime_error("data is nested deeper than 64 levels");
  bool changed = false;
  plugins::rewrite_json(container, out, [&](const plugins::JsonPlace& place, const seneca::JsonView& value) {
    if (place.is_member && keys_.contain(place.raw_key)) {
      append_replacement(value, out);
      changed = true;
      return;
    }
    const PointerTree* const below = pointers == nullptr ? nullptr : pointers->below(place);
    changed |= append_value(value, below, depth + 1, out);
  });
  return changed;
}

bool Redactor::append_string(const seneca::JsonView& value, std::string& out) const {
  std::string text;
  if (!patterns_.empty()) seneca::append_unescaped(text, value.raw_string());
  const bool changed = !patterns_.empty() && patterns_.replace(text, replacement_);
  if (changed)
    seneca::append_json_string(out, text);
  else
    out += value.raw();
  return changed;
}

void Redactor::append_replacement(const seneca::JsonView& value, std::string& out) const {
  std::string storage, text;
  replacement_.append(text, value.is_string() ? value.string(storage) : value.raw());
  seneca::append_json_string(out, text);
}

}  // namespace redact
