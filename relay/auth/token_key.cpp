#include "auth/token_key.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <utility>

namespace relay {
namespace {

constexpr size_t kMinSecret = 32;
constexpr int kMinRsaBits = 2048;
constexpr size_t kEs256Half = 32;

constexpr std::array<std::pair<std::string_view, TokenAlgorithm>, 6> kAlgorithms = {
    {{"HS256", TokenAlgorithm::hs256},
     {"HS384", TokenAlgorithm::hs384},
     {"HS512", TokenAlgorithm::hs512},
     {"RS256", TokenAlgorithm::rs256},
     {"ES256", TokenAlgorithm::es256},
     {"EdDSA", TokenAlgorithm::eddsa}}};

const EVP_MD* hash_of(TokenAlgorithm algorithm) {
  switch (algorithm) {
    case TokenAlgorithm::hs384:
      return EVP_sha384();
    case TokenAlgorithm::hs512:
      return EVP_sha512();
    case TokenAlgorithm::eddsa:
      return nullptr;
    default:
      return EVP_sha256();
  }
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex_digest(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(bytes_of(bytes), bytes.size(), digest.data());
  std::string text;
  for (const unsigned char byte : digest) (text += kDigits[byte >> 4]) += kDigits[byte & 15];
  return text;
}

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Bio bio_of(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

EVP_PKEY* read_public_pem(const std::string& pem) {
  if (EVP_PKEY* const key = PEM_read_bio_PUBKEY(bio_of(pem).get(), nullptr, nullptr, nullptr)) return key;
  ERR_clear_error();
  X509* const certificate = PEM_read_bio_X509(bio_of(pem).get(), nullptr, nullptr, nullptr);
  if (certificate == nullptr) return nullptr;
  EVP_PKEY* const key = X509_get_pubkey(certificate);
  X509_free(certificate);
  return key;
}

bool is_p256(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  size_t size = 0;
  return EVP_PKEY_get_group_name(const_cast<EVP_PKEY*>(key), name.data(), name.size(), &size) == 1 &&
         std::string_view(name.data(), size) == "prime256v1";
}

Status check_kind(TokenAlgorithm algorithm, const EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  switch (algorithm) {
    case TokenAlgorithm::rs256:
      if (kind != EVP_PKEY_RSA) return fail("key_wrong_kind", "", "RS256 takes an RSA key");
      if (EVP_PKEY_get_bits(key) < kMinRsaBits)
        return fail("key_too_short", "",
                    "an RSA key of less than 2048 bits can be broken; make a longer one");
      return {};
    case TokenAlgorithm::es256:
      if (kind != EVP_PKEY_EC || !is_p256(key))
        return fail("key_wrong_kind", "", "ES256 takes a key on the curve P-256");
      return {};
    case TokenAlgorithm::eddsa:
      if (kind != EVP_PKEY_ED25519) return fail("key_wrong_kind", "", "EdDSA takes an Ed25519 key");
      return {};
    default:
      return fail("key_wrong_kind", "",
                  std::string(to_string(algorithm)) +
                      " takes a secret, and this is a public key, which everybody may know");
  }
}

// A token has r and s one behind the other, OpenSSL wants them as DER.
std::string es256_as_der(std::string_view signature) {
  if (signature.size() != 2 * kEs256Half) return {};
  ECDSA_SIG* const pair = ECDSA_SIG_new();
  BIGNUM* const r = BN_bin2bn(bytes_of(signature), kEs256Half, nullptr);
  BIGNUM* const s = BN_bin2bn(bytes_of(signature) + kEs256Half, kEs256Half, nullptr);
  ECDSA_SIG_set0(pair, r, s);
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair, &der);
  ECDSA_SIG_free(pair);
  std::string text;
  if (size > 0) text.assign(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return text;
}

bool mac_matches(TokenAlgorithm algorithm, const std::string& secret, std::string_view message,
                 std::string_view signature) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  if (HMAC(hash_of(algorithm), secret.data(), static_cast<int>(secret.size()), bytes_of(message),
           message.size(), mac.data(), &size) == nullptr)
    return false;
  // In constant time: how much of a guess is right must not be heard.
  return signature.size() == size && CRYPTO_memcmp(mac.data(), signature.data(), size) == 0;
}

}  // namespace

std::string_view to_string(TokenAlgorithm algorithm) {
  return kAlgorithms[static_cast<size_t>(algorithm)].first;
}

std::optional<TokenAlgorithm> token_algorithm(std::string_view name) {
  for (const auto& [known, algorithm] : kAlgorithms)
    if (known == name) return algorithm;
  return std::nullopt;
}

bool is_symmetric(TokenAlgorithm algorithm) {
  return algorithm == TokenAlgorithm::hs256 || algorithm == TokenAlgorithm::hs384 ||
         algorithm == TokenAlgorithm::hs512;
}

Result<TokenKey> TokenKey::from_secret(TokenAlgorithm algorithm, std::string secret) {
  if (!is_symmetric(algorithm))
    return fail(
        "key_wrong_kind", "",
        std::string(to_string(algorithm)) + " takes a public key or certificate in PEM, or a JWK set");
  if (secret.find("-----BEGIN") != std::string::npos)
    return fail("key_wrong_kind", "",
                "this is a PEM file, and the algorithm takes a secret: with a public key for that, everybody "
                "could make tokens");
  if (secret.size() < kMinSecret)
    return fail("key_too_short", "", "a secret has at least 32 bytes; make one with openssl rand -hex 32");
  TokenKey key(algorithm);
  key.digest_ = hex_digest(secret);
  key.secret_ = std::move(secret);
  return key;
}

Result<TokenKey> TokenKey::from_pem(TokenAlgorithm algorithm, const std::string& pem) {
  if (pem.find("PRIVATE KEY-----") != std::string::npos)
    return fail("key_private", "",
                "this is a private key, which only who makes tokens should have; give the relay the public "
                "one: openssl pkey -in FILE -pubout");
  return from_evp(algorithm, read_public_pem(pem));
}

Result<TokenKey> TokenKey::from_evp(TokenAlgorithm algorithm, evp_pkey_st* taken) {
  if (taken == nullptr)
    return fail("key_unreadable", "", "this is no public key or certificate in PEM, and no JWK set");
  TokenKey key(algorithm);
  key.key_ = std::shared_ptr<evp_pkey_st>(taken, &EVP_PKEY_free);
  if (Status kind = check_kind(algorithm, taken); !kind) return tl::unexpected<Error>(kind.error());
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(taken, &der);
  if (size <= 0) return fail("key_unreadable", "", "the key cannot be used");
  key.digest_ = hex_digest({reinterpret_cast<const char*>(der), static_cast<size_t>(size)});
  OPENSSL_free(der);
  return key;
}

bool TokenKey::verifies(std::string_view message, std::string_view signature) const {
  if (signature.empty()) return false;
  if (is_symmetric(algorithm_)) return mac_matches(algorithm_, secret_, message, signature);
  std::string der;
  if (algorithm_ == TokenAlgorithm::es256) {
    der = es256_as_der(signature);
    signature = der;
    if (der.empty()) return false;
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const bool good =
      context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, hash_of(algorithm_), nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message),
                       message.size()) == 1;
  // What OpenSSL has to say of it would wait for whoever asks for errors next on this thread.
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace relay
