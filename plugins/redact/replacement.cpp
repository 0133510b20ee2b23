#include "redact/replacement.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstddef>
#include <stdexcept>

namespace redact {
namespace {

constexpr size_t kShownBytes = 8;

}  // namespace

void Replacement::append(std::string& out, std::string_view secret) const {
  if (hash_key_.empty()) {
    out += text_;
    return;
  }
  constexpr char kHex[] = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (HMAC(EVP_sha256(), hash_key_.data(), static_cast<int>(hash_key_.size()),
           reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), digest, &length) == nullptr)
    throw std::runtime_error("HMAC-SHA-256 failed");
  out += "hmac:";
  for (size_t i = 0; i < kShownBytes; ++i) {
    out += kHex[digest[i] >> 4];
    out += kHex[digest[i] & 15];
  }
}

}  // namespace redact
