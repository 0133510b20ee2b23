#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace relay {

/// Text from outside, on its way to a terminal.

/// Control characters (also DEL and C1) become \xNN and bytes that are no UTF-8 become U+FFFD, so that an
/// event cannot steer the terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// Terminal columns of printable text: wide (East Asian, emoji) characters take two, combining marks none.
[[nodiscard]] size_t columns(std::string_view text);

/// `text` cut to `limit` columns, with "…" as the last when something was cut.
[[nodiscard]] std::string clip(std::string_view text, size_t limit);

}  // namespace relay
