#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace relay {

/// RFC 4648 base64 with padding, strict: nothing else is accepted, line breaks included.
[[nodiscard]] std::string encode_base64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace relay
