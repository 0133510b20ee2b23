#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/config.h"

struct evp_pkey_st;

namespace relay {

/// "HS256", "EdDSA", …, as a token's header has it.
[[nodiscard]] std::string_view to_string(TokenAlgorithm algorithm);
[[nodiscard]] std::optional<TokenAlgorithm> token_algorithm(std::string_view name);
/// Whether those who check also could sign.
[[nodiscard]] bool is_symmetric(TokenAlgorithm algorithm);

/// One key that vouches for tokens. Its algorithm is fixed before any token is read: what a token says of
/// itself never chooses. Immutable, cheap to copy. [any-thread]
class TokenKey {
 public:
  /// A secret of at least 32 bytes. Errors `key_too_short`, `key_wrong_kind`.
  [[nodiscard]] static Result<TokenKey> from_secret(TokenAlgorithm algorithm, std::string secret);
  /// A public key or certificate. Errors `key_unreadable`, `key_private`, `key_wrong_kind`, `key_too_short`.
  [[nodiscard]] static Result<TokenKey> from_pem(TokenAlgorithm algorithm, const std::string& pem);
  /// Takes over `key`, whose kind is checked. Null: `key_unreadable`.
  [[nodiscard]] static Result<TokenKey> from_evp(TokenAlgorithm algorithm, evp_pkey_st* key);

  [[nodiscard]] TokenAlgorithm algorithm() const { return algorithm_; }
  [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const;
  /// The SHA-256 of the key, in hexadecimal digits.
  [[nodiscard]] const std::string& digest() const { return digest_; }

  std::string id;        ///< what a token's kid may be
  std::string issuer;    ///< what its iss must be; "": anything
  std::string audience;  ///< what must be in its aud; "": it must have none

 private:
  explicit TokenKey(TokenAlgorithm algorithm) : algorithm_(algorithm) {}

  TokenAlgorithm algorithm_;
  std::string secret_;
  std::shared_ptr<evp_pkey_st> key_;
  std::string digest_;
};

}  // namespace relay
