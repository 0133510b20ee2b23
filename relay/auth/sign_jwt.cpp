#include "auth/sign_jwt.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <memory>

#include "auth/base64url.h"
#include "auth/token_key.h"

namespace relay {
namespace {

constexpr int kEs256Half = 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Result<std::string> mac_of(TokenAlgorithm algorithm, const std::string& secret, std::string_view text) {
  if (const auto usable = TokenKey::from_secret(algorithm, secret); !usable)
    return tl::unexpected<Error>(usable.error());
  const EVP_MD* const hash = algorithm == TokenAlgorithm::hs256   ? EVP_sha256()
                             : algorithm == TokenAlgorithm::hs384 ? EVP_sha384()
                                                                  : EVP_sha512();
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(hash, secret.data(), static_cast<int>(secret.size()), bytes_of(text), text.size(), mac.data(), &size);
  return std::string(reinterpret_cast<const char*>(mac.data()), size);
}

// DER, as OpenSSL makes it, to r and s one behind the other.
std::string raw_es256(const std::string& der) {
  const unsigned char* at = bytes_of(der);
  ECDSA_SIG* const pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  if (pair == nullptr) return {};
  std::array<unsigned char, 2 * kEs256Half> raw{};
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw.data(), kEs256Half);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw.data() + kEs256Half, kEs256Half);
  ECDSA_SIG_free(pair);
  return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

Result<std::string> signature_of(TokenAlgorithm algorithm, const std::string& pem, std::string_view text) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  EVP_PKEY* const read = PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr);
  if (read == nullptr) return fail("key_unreadable", "", "this is no private key in PEM");
  // Its kind is checked as that of the public one.
  EVP_PKEY_up_ref(read);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(read, &EVP_PKEY_free);
  if (const auto usable = TokenKey::from_evp(algorithm, read); !usable)
    return tl::unexpected<Error>(usable.error());
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const EVP_MD* const hash = algorithm == TokenAlgorithm::eddsa ? nullptr : EVP_sha256();
  size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes_of(text), text.size()) != 1)
    return fail("key_unreadable", "", "the key cannot sign");
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes_of(text),
                     text.size()) != 1)
    return fail("key_unreadable", "", "the key cannot sign");
  signature.resize(size);
  return algorithm == TokenAlgorithm::es256 ? raw_es256(signature) : signature;
}

}  // namespace

Result<std::string> sign_jwt(TokenAlgorithm algorithm, const std::string& key, std::string_view header,
                             std::string_view claims) {
  std::string token = encode_base64url(header) + '.' + encode_base64url(claims);
  const Result<std::string> signature =
      is_symmetric(algorithm) ? mac_of(algorithm, key, token) : signature_of(algorithm, key, token);
  if (!signature) return tl::unexpected<Error>(signature.error());
  return token += '.' + encode_base64url(*signature);
}

}  // namespace relay
