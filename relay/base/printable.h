#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// Text from outside on its way to a terminal or a log. Control characters (also DEL, C1 and line ends)
/// become \xNN, those that change the direction of writing \uNNNN, and bytes that are no UTF-8 U+FFFD, so
/// that an event can neither steer the terminal nor look like a line of somebody else's.
[[nodiscard]] std::string printable(std::string_view text);

/// Length in bytes and code point of the character `text` begins with; the text is well-formed.
size_t decode_character(std::string_view text, uint32_t& code);

}  // namespace relay
