#pragma once

#include <string>
#include <string_view>

/// The key of a secret as Standard Webhooks write it: "whsec_" and base64, or any other text as it is. Throws
/// std::runtime_error.
[[nodiscard]] std::string signing_key(const std::string& secret);

/// "v1,BASE64" over "ID.TIMESTAMP.BODY", as https://www.standardwebhooks.com has it: HMAC-SHA-256.
[[nodiscard]] std::string sign(std::string_view key, std::string_view id, std::string_view timestamp,
                               std::string_view body);
