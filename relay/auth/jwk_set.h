#pragma once

#include <string_view>
#include <vector>

#include "auth/token_key.h"

namespace relay {

/// The keys of a JWK set (RFC 7517), or of a single JWK, all for `algorithm`; `id` is that of a key without a
/// kid. Those for encryption are left out. Errors `key_unreadable`, `key_private` and those of TokenKey.
[[nodiscard]] Result<std::vector<TokenKey>> read_jwk_set(TokenAlgorithm algorithm, std::string_view text,
                                                         std::string_view id);

/// Whether a text looks like one.
[[nodiscard]] bool is_jwk_set(std::string_view text);

}  // namespace relay
