#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/key_ring.h"
#include "auth/narrowing.h"
#include "base/result.h"

namespace relay {

inline constexpr size_t kMaxTokenBytes = 8 * 1024;

/// What a token says that was found to be good.
struct JwtClaims {
  std::string subject;             ///< sub, or ""
  int64_t expires_s = 0;           ///< exp, seconds since the Unix epoch
  std::vector<std::string> roles;  ///< role and roles
  std::optional<Grant> limit;      ///< the claim `seneca`: its roles mean no more than this
  std::string key_digest;          ///< of the key that vouches for it
};

/// Checks a JWS in compact form (RFC 7515) with the claims of RFC 7519, against configured keys only. Of the
/// header `alg` must be that of the key, `kid` chooses one by equality (without it every key of that
/// algorithm is tried), a `crit` is refused and all else is ignored: `jku`, `x5u`, `jwk` and `x5c` lead
/// nowhere. No key twice in an object, no padding, no line breaks, `exp` required. Pure. [any-thread]
///
/// Errors, with the subject "token": `token_malformed`, `token_algorithm`, `token_key_unknown`,
/// `token_signature`, `token_expired`, `token_not_yet_valid`, `token_issuer`, `token_audience`.
///
/// The signature is checked before a claim is read. An HMAC takes some microseconds, RS256, ES256 and EdDSA
/// some 20 to 75: once for a request or connection, that is less than the connection costs.
[[nodiscard]] Result<JwtClaims> verify_jwt(std::string_view token, const KeyRing& keys, int64_t now_s,
                                           int64_t leeway_s);

}  // namespace relay
