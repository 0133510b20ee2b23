#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace relay {

/// RFC 4648 §5 without padding, as tokens have it. Strict: one text for each value, so no `=`, no blanks or
/// line breaks, and no bits left over.
[[nodiscard]] std::optional<std::string> decode_base64url(std::string_view text);
[[nodiscard]] std::string encode_base64url(std::string_view bytes);

}  // namespace relay
