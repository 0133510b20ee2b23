#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/config.h"

namespace relay {

/// Makes a token of `header` and `claims`, JSON texts that are taken as they are. `key` is a secret, or a
/// private key in PEM. For senecactl and tests: the relay itself makes no tokens. Errors `key_unreadable`,
/// `key_wrong_kind`, `key_too_short`.
[[nodiscard]] Result<std::string> sign_jwt(TokenAlgorithm algorithm, const std::string& key,
                                           std::string_view header, std::string_view claims);

}  // namespace relay
