#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <string>
#include <string_view>
#include <utility>

#include "auth/base64url.h"
#include "auth/jwt.h"
#include "auth/sign_jwt.h"

namespace relay::test {

inline constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
inline constexpr int64_t kNow = 1'800'000'000;

/// A key pair in PEM.
struct KeyPair {
  std::string secret;
  std::string open;
};

inline std::string pem_of(EVP_PKEY* key, bool secret) {
  BIO* const bio = BIO_new(BIO_s_mem());
  if (secret)
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  else
    PEM_write_bio_PUBKEY(bio, key);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<size_t>(size));
  BIO_free(bio);
  return pem;
}

inline KeyPair pair_of(EVP_PKEY* key) {
  KeyPair pair{pem_of(key, true), pem_of(key, false)};
  EVP_PKEY_free(key);
  return pair;
}

inline KeyPair rsa_pair(unsigned bits = 2048) { return pair_of(EVP_RSA_gen(bits)); }
inline KeyPair ec_pair(const char* curve = "P-256") { return pair_of(EVP_EC_gen(curve)); }
inline KeyPair ed25519_pair() { return pair_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

inline TokenKey secret_key(std::string id = "k1", TokenAlgorithm algorithm = TokenAlgorithm::hs256) {
  TokenKey key = *TokenKey::from_secret(algorithm, std::string(kSecret));
  key.id = std::move(id);
  return key;
}

inline TokenKey open_key(TokenAlgorithm algorithm, const KeyPair& pair, std::string id) {
  TokenKey key = *TokenKey::from_pem(algorithm, pair.open);
  key.id = std::move(id);
  return key;
}

inline std::string claims(std::string_view more = "") {
  return R"({"sub":"ann","exp":)" + std::to_string(kNow + 60) + std::string(more) + "}";
}

/// A token of kSecret.
inline std::string token(std::string_view header, std::string_view with_claims,
                         TokenAlgorithm algorithm = TokenAlgorithm::hs256) {
  return *sign_jwt(algorithm, std::string(kSecret), header, with_claims);
}

/// A token whose HMAC has any bytes as its secret, which sign_jwt would refuse.
inline std::string forged(std::string_view secret, std::string_view header, std::string_view with_claims) {
  std::string text = encode_base64url(header) + '.' + encode_base64url(with_claims);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  return text += '.' + encode_base64url({reinterpret_cast<const char*>(mac), size});
}

/// The code with which a token is refused, or "" when it is good.
inline std::string code_of(std::string_view text, const KeyRing& keys, int64_t leeway_s = 0) {
  const Result<JwtClaims> read = verify_jwt(text, keys, kNow, leeway_s);
  return read ? "" : read.error().code;
}

}  // namespace relay::test
