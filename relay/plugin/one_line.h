#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace relay {

/// A plugin's text, fit for logs and JSON: the UTF-8 it begins with, at most `max_bytes` of it, control
/// characters replaced by spaces.
[[nodiscard]] std::string one_line(std::string_view text, size_t max_bytes);

}  // namespace relay
