#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace relay {

/// Terminal columns of printable text: wide (East Asian, emoji) characters take two, combining marks none.
[[nodiscard]] size_t columns(std::string_view text);

/// `text` cut to `limit` columns, with "…" as the last when something was cut.
[[nodiscard]] std::string clip(std::string_view text, size_t limit);

}  // namespace relay
