#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace relay {

/// What an API key begins with; 32 random bytes in base64url follow.
inline constexpr std::string_view kApiKeyPrefix = "sk_";

/// The API keys of a file. Immutable; a reload makes another. [any-thread]
///
/// A key is 256 random bits, so a plain SHA-256 of it can be kept: there is nothing to guess, which is what
/// the slow hashes of passwords are against.
class ApiKeys {
 public:
  static constexpr size_t kMaxKeys = 4096;

  struct Entry {
    std::string id;
    std::array<unsigned char, 32> sha256{};
    std::vector<std::string> roles;
    int64_t expires_us = std::numeric_limits<int64_t>::max();  ///< wall clock
  };

  ApiKeys() = default;
  /// Reads the file: a JSON array, or a line each, of {"id","sha256","roles","expires"?}, with `expires` as
  /// RFC 3339 or seconds since the Unix epoch. Errors `bad_api_keys` and those of read_key_file.
  [[nodiscard]] static Result<ApiKeys> load(const std::string& path);
  [[nodiscard]] static Result<ApiKeys> parse(std::string_view text, const std::string& name);

  /// Null when it is none of these. Takes as long whichever it is.
  [[nodiscard]] const Entry* find(std::string_view key) const;
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

/// A new key, and the line for the file.
struct NewApiKey {
  std::string key;
  std::string line;
};
[[nodiscard]] NewApiKey make_api_key(std::string_view id, const std::vector<std::string>& roles);

/// In hexadecimal digits.
[[nodiscard]] std::string to_hex(const std::array<unsigned char, 32>& digest);

}  // namespace relay
