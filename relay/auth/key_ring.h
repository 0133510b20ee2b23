#pragma once

#include <string_view>
#include <vector>

#include "auth/token_key.h"
#include "base/result.h"
#include "config/config.h"

namespace relay {

/// The keys that vouch for tokens. Immutable; a reload makes another. [any-thread]
class KeyRing {
 public:
  static constexpr size_t kMaxKeys = 64;

  /// Reads the files: a secret, a public key or certificate in PEM, or a JWK set. The error's subject is the
  /// configuration's key and the file. Errors: those of read_key_file and TokenKey, `key_duplicate`,
  /// `too_many_keys`.
  [[nodiscard]] static Result<KeyRing> load(const std::vector<TokenKeyConfig>& configured);

  KeyRing() = default;
  explicit KeyRing(std::vector<TokenKey> keys) : keys_(std::move(keys)) {}

  [[nodiscard]] const std::vector<TokenKey>& keys() const { return keys_; }
  /// Null when there is none. Compares, and nothing else: an id is no path and no query.
  [[nodiscard]] const TokenKey* find(std::string_view id) const;

 private:
  std::vector<TokenKey> keys_;
};

/// What a file holds, for one entry of the configuration.
[[nodiscard]] Result<std::vector<TokenKey>> load_token_keys(const TokenKeyConfig& configured);

}  // namespace relay
