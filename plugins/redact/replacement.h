#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace redact {

/// What stands where a secret was: a fixed text, or with a key a hash of the secret, so that equal secrets
/// can still be told from others. Immutable; [any-thread].
class Replacement {
 public:
  /// An empty `hash_key` means none.
  Replacement(std::string text, std::string hash_key)
      : text_(std::move(text)), hash_key_(std::move(hash_key)) {}

  /// Appends the text, or "hmac:" and the first 16 hexadecimal digits of HMAC-SHA-256. Throws
  /// std::runtime_error when that cannot be computed.
  void append(std::string& out, std::string_view secret) const;

 private:
  std::string text_;
  std::string hash_key_;
};

}  // namespace redact
