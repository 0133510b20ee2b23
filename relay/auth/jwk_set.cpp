#include "auth/jwk_set.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "auth/base64url.h"
#include "auth/strict_json.h"

namespace relay {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxKeys = 64;

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string bytes_of(const Json& object, const char* name) {
  return decode_base64url(text_of(object, name)).value_or("");
}

EVP_PKEY* from_data(const char* type, OSSL_PARAM_BLD* build) {
  EVP_PKEY* key = nullptr;
  OSSL_PARAM* const params = OSSL_PARAM_BLD_to_param(build);
  EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr);
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
    key = nullptr;
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(params);
  return key;
}

const unsigned char* data_of(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

EVP_PKEY* rsa_key(const Json& jwk) {
  const std::string n = bytes_of(jwk, "n"), e = bytes_of(jwk, "e");
  if (n.empty() || e.empty()) return nullptr;
  using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
  const Number modulus(BN_bin2bn(data_of(n), static_cast<int>(n.size()), nullptr), &BN_free);
  const Number exponent(BN_bin2bn(data_of(e), static_cast<int>(e.size()), nullptr), &BN_free);
  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> build(OSSL_PARAM_BLD_new(),
                                                                              &OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return from_data("RSA", build.get());
}

EVP_PKEY* ec_key(const Json& jwk) {
  constexpr size_t kHalf = 32;
  const std::string x = bytes_of(jwk, "x"), y = bytes_of(jwk, "y");
  if (text_of(jwk, "crv") != "P-256" || x.size() != kHalf || y.size() != kHalf) return nullptr;
  const std::string point = '\x04' + x + y;
  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> build(OSSL_PARAM_BLD_new(),
                                                                              &OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return from_data("EC", build.get());
}

EVP_PKEY* okp_key(const Json& jwk) {
  constexpr size_t kBytes = 32;
  const std::string x = bytes_of(jwk, "x");
  if (text_of(jwk, "crv") != "Ed25519" || x.size() != kBytes) return nullptr;
  return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data_of(x), x.size());
}

Result<TokenKey> read_key(TokenAlgorithm algorithm, const Json& jwk) {
  const std::string kind = text_of(jwk, "kty");
  const std::string said = text_of(jwk, "alg");
  if (!said.empty() && said != to_string(algorithm))
    return fail("key_wrong_kind", "",
                "a key of the set is for " + said + ", not for " + std::string(to_string(algorithm)));
  if (kind == "oct") return TokenKey::from_secret(algorithm, bytes_of(jwk, "k"));
  if (jwk.contains("d"))
    return fail("key_private", "", "a key of the set has its private part, which the relay must not have");
  EVP_PKEY* const key = kind == "RSA" ? rsa_key(jwk) : kind == "EC" ? ec_key(jwk) : okp_key(jwk);
  if (key == nullptr)
    return fail("key_unreadable", "",
                "a key of the set cannot be read, or is of a kind "
                "that is not taken: RSA, EC with P-256, OKP with "
                "Ed25519 and oct are");
  return TokenKey::from_evp(algorithm, key);
}

}  // namespace

bool is_jwk_set(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || text[begin] != '{') return false;
  const auto object = parse_strict_object(text);
  return object && (object->contains("keys") || object->contains("kty"));
}

Result<std::vector<TokenKey>> read_jwk_set(TokenAlgorithm algorithm, std::string_view text,
                                           std::string_view id) {
  const auto object = parse_strict_object(text);
  if (!object) return fail("key_unreadable", "", "this is no JWK set: no JSON object, or a key twice in one");
  const Json list = object->contains("keys") ? object->at("keys") : Json::array({*object});
  if (!list.is_array() || list.size() > kMaxKeys)
    return fail("key_unreadable", "", "\"keys\" must be an array of at most 64 keys");
  std::vector<TokenKey> keys;
  for (const Json& jwk : list) {
    if (!jwk.is_object()) return fail("key_unreadable", "", "a key of the set is no object");
    if (const std::string use = text_of(jwk, "use"); !use.empty() && use != "sig") continue;
    Result<TokenKey> key = read_key(algorithm, jwk);
    if (!key) return tl::unexpected<Error>(key.error());
    const std::string kid = text_of(jwk, "kid");
    key->id = kid.empty() ? std::string(id) : kid;
    keys.push_back(std::move(*key));
  }
  if (keys.empty()) return fail("key_unreadable", "", "the set has no key for signatures");
  return keys;
}

}  // namespace relay
