#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// How many leading bytes of `text` are well-formed UTF-8 (RFC 3629: no overlong forms, surrogates or code
/// points above U+10FFFF). `text.size()` when all of it is.
[[nodiscard]] size_t valid_utf8_prefix(std::string_view text);

/// Appends one code point, which is at most U+10FFFF and no surrogate.
void append_utf8(std::string& out, uint32_t code);

}  // namespace relay
