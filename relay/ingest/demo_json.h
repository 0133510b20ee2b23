#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// A JSON string literal of `text`, which is UTF-8, in ASCII only, as Python's json.dumps writes it.
[[nodiscard]] std::string demo_quote(std::string_view text);

/// A JSON object with Python's separators, members in the order they are added.
class DemoJson {
 public:
  DemoJson& text(std::string_view key, std::string_view value) { return raw(key, demo_quote(value)); }
  DemoJson& number(std::string_view key, int64_t value) { return raw(key, std::to_string(value)); }
  DemoJson& truth(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  /// `json` is written as it is.
  DemoJson& raw(std::string_view key, std::string_view json);
  /// All members of `other`, a JSON object.
  DemoJson& members_of(std::string_view other);

  [[nodiscard]] std::string str() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

}  // namespace relay
