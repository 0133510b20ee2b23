#include "signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace {

constexpr std::string_view kPrefix = "whsec_";

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string signing_key(const std::string& secret) {
  if (!secret.starts_with(kPrefix)) return secret;
  const std::string_view base64 = std::string_view(secret).substr(kPrefix.size());
  std::string key(base64.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key.data()), bytes(base64),
                                     static_cast<int>(base64.size()));
  if (length <= 0) throw std::runtime_error("/secret: what follows whsec_ is not base64");
  const size_t padding = base64.size() - base64.find_last_not_of('=') - 1;
  key.resize(static_cast<size_t>(length) - padding);
  return key;
}

std::string sign(std::string_view key, std::string_view id, std::string_view timestamp,
                 std::string_view body) {
  std::string text;
  text.append(id).append(".").append(timestamp).append(".").append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(), digest.data(),
           &length) == nullptr)
    throw std::runtime_error("HMAC-SHA-256 failed");
  std::array<unsigned char, EVP_MAX_MD_SIZE * 2> base64;
  const int encoded = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(length));
  return "v1," + std::string(reinterpret_cast<const char*>(base64.data()), static_cast<size_t>(encoded));
}
