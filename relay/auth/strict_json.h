#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace relay {

/// For .cpp files of relay/auth only: nlohmann/json is in no header that others include.

/// A JSON object of at most eight levels in which no object has a key twice. Two readers of a text with a key
/// twice may each take another value for it, so such a text says nothing that could be relied on.
[[nodiscard]] std::optional<nlohmann::json> parse_strict_object(std::string_view text);
/// The same for any value.
[[nodiscard]] std::optional<nlohmann::json> parse_strict_json(std::string_view text);

}  // namespace relay
