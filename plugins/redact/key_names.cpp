#include "redact/key_names.h"

namespace redact {
namespace {

std::string plain(std::string_view raw) {
  std::string text, name;
  seneca::append_unescaped(text, raw);
  for (const char c : text) {
    if (c == '-' || c == '_') continue;
    name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return name;
}

}  // namespace

KeyNames::KeyNames(const seneca::JsonView& list) {
  for (const seneca::JsonView& name : list.items()) names_.insert(plain(name.raw_string()));
}

bool KeyNames::contain(std::string_view raw) const {
  return !names_.empty() && names_.count(plain(raw)) != 0;
}

}  // namespace redact
