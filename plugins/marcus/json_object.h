#pragma once

#include <string>
#include <string_view>

#include <seneca/json.hpp>

namespace marcus {

/// Members of a JSON object as they are collected.
class JsonMembers {
 public:
  JsonMembers& text(std::string_view key, std::string_view value) {
    seneca::append_json_string(begin(key), value);
    return *this;
  }
  /// `json` is one JSON value.
  JsonMembers& json(std::string_view key, std::string_view json) {
    begin(key) += json;
    return *this;
  }

  [[nodiscard]] bool empty() const { return members_.empty(); }
  [[nodiscard]] std::string object() const { return "{" + members_ + "}"; }

  /// `object` with these members at its end. The caller has left out what it holds already.
  [[nodiscard]] std::string added_to(std::string_view object) const {
    const seneca::JsonView view(object);
    if (members_.empty() || !view.is_object() || view.raw().back() != '}') return std::string(object);
    std::string result(view.raw().substr(0, view.raw().size() - 1));
    if (view.members().begin() != view.members().end()) result += ',';
    return result + members_ + "}";
  }

 private:
  std::string& begin(std::string_view key) {
    if (!members_.empty()) members_ += ',';
    seneca::append_json_string(members_, key);
    return members_ += ':';
  }

  std::string members_;
};

}  // namespace marcus
