#pragma once

#include <string>
#include <string_view>

#include <seneca/json.hpp>

namespace relay {

/// The value of one attribute in EventFields::extensions (JSON members without braces); absent when not
/// there.
[[nodiscard]] seneca::JsonView find_extension(std::string_view extensions, std::string_view name);

/// Appends the member `"name":value`, with a comma when `extensions` is not empty. `value` is JSON.
void append_extension(std::string& extensions, std::string_view name, std::string_view value);

}  // namespace relay
