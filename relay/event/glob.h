#pragma once

#include <string_view>

namespace relay {

/// True when `glob` fits the whole of `text`: `*` is any text, `?` one UTF-8 character. Allocates nothing;
/// time is bounded by the product of the lengths.
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view text);

}  // namespace relay
