#include "auth/key_ring.h"

#include <sys/stat.h>

#include "support/catch.h"
#include "support/temp_dir.h"
#include "unit/auth/test_keys.h"

using namespace relay;
using namespace relay::test;

namespace {

std::string file(const TempDir& dir, std::string_view text, mode_t mode = 0600) {
  const std::string path = dir.write("key", text).string();
  chmod(path.c_str(), mode);
  return path;
}

std::string load(const std::string& path, TokenAlgorithm algorithm) {
  const auto ring = KeyRing::load({{"k1", algorithm, path, "", ""}});
  return ring ? "" : ring.error().code;
}

std::string number(const std::string& pem, const char* name) {
  BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* const key = PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr);
  BIGNUM* value = nullptr;
  EVP_PKEY_get_bn_param(key, name, &value);
  std::string bytes(static_cast<size_t>(BN_num_bytes(value)), '\0');
  BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(value);
  EVP_PKEY_free(key);
  BIO_free(bio);
  return encode_base64url(bytes);
}

}  // namespace

TEST_CASE("a secret has 32 bytes, and nobody else may read it") {
  const TempDir dir;
  CHECK(load(file(dir, kSecret), TokenAlgorithm::hs256) == "");
  CHECK(load(file(dir, kSecret.substr(1)), TokenAlgorithm::hs256) == "key_too_short");
  CHECK(load(file(dir, ""), TokenAlgorithm::hs256) == "key_too_short");
  CHECK(load(file(dir, kSecret, 0644), TokenAlgorithm::hs256) == "key_file_exposed");
  CHECK(load(file(dir, kSecret, 0602), TokenAlgorithm::hs256) == "key_file_writable");
  CHECK(load(dir.path() / "none", TokenAlgorithm::hs256) == "key_file_missing");
  CHECK(load(dir.path(), TokenAlgorithm::hs256) == "key_file_unreadable");
  CHECK(load(file(dir, std::string(300 * 1024, 'x')), TokenAlgorithm::hs256) == "key_file_too_large");
}

TEST_CASE("the end of the line is no part of a secret that is text, and part of one that is bytes") {
  const TempDir dir;
  const auto digest = [&](std::string_view text) {
    return KeyRing::load({{"k1", TokenAlgorithm::hs256, file(dir, text), "", ""}})->keys().front().digest();
  };
  const std::string text(kSecret);
  CHECK(digest(text + "\n") == digest(text));
  CHECK(digest("\x01" + text + "\n") != digest("\x01" + text));
}

TEST_CASE("a key must be of the kind that its algorithm takes") {
  using A = TokenAlgorithm;
  const TempDir dir;
  const KeyPair rsa = rsa_pair(), ec = ec_pair(), ed = ed25519_pair();
  CHECK(load(file(dir, rsa.open, 0644), A::rs256) == "");
  CHECK(load(file(dir, ec.open, 0644), A::es256) == "");
  CHECK(load(file(dir, ed.open, 0644), A::eddsa) == "");
  CHECK(load(file(dir, ec.open), A::rs256) == "key_wrong_kind");
  CHECK(load(file(dir, rsa.open), A::es256) == "key_wrong_kind");
  CHECK(load(file(dir, rsa.open), A::eddsa) == "key_wrong_kind");
  CHECK(load(file(dir, ec_pair("P-384").open), A::es256) == "key_wrong_kind");
  CHECK(load(file(dir, rsa_pair(1024).open), A::rs256) == "key_too_short");
  for (const A algorithm : {A::hs256, A::hs384, A::hs512})
    CHECK(load(file(dir, rsa.open), algorithm) == "key_wrong_kind");
  CHECK(load(file(dir, kSecret), A::rs256) == "key_unreadable");
  CHECK(load(file(dir, rsa.secret), A::rs256) == "key_private");
  CHECK(load(file(dir, rsa.open, 0646), A::rs256) == "key_file_writable");
}

TEST_CASE("a JWK set brings several keys, each with its kid") {
  using A = TokenAlgorithm;
  const TempDir dir;
  const KeyPair one = rsa_pair(), two = rsa_pair();
  const auto jwk = [](const KeyPair& pair, std::string_view more) {
    return R"({"kty":"RSA","n":")" + number(pair.open, "n") + R"(","e":"AQAB")" + std::string(more) + "}";
  };
  const std::string set = R"({"keys":[)" + jwk(one, R"(,"kid":"a","use":"sig","alg":"RS256")") + "," +
                          jwk(two, R"(,"kid":"b")") + "," + jwk(two, R"(,"kid":"c","use":"enc")") + "]}";
  const auto ring = KeyRing::load({{"k1", A::rs256, file(dir, set, 0644), "", ""}});
  REQUIRE(ring);
  CHECK(ring->keys().size() == 2);
  CHECK(code_of(*sign_jwt(A::rs256, two.secret, R"({"alg":"RS256","kid":"b"})", claims()), *ring) == "");
  CHECK(code_of(*sign_jwt(A::rs256, two.secret, R"({"alg":"RS256","kid":"a"})", claims()), *ring) ==
        "token_signature");
  CHECK(load(file(dir, R"({"keys":[)" + jwk(one, R"(,"kid":"a")") + "," + jwk(two, R"(,"kid":"a")") + "]}"),
             A::rs256) == "key_duplicate");
  CHECK(load(file(dir, jwk(one, R"(,"alg":"RS512")")), A::rs256) == "key_wrong_kind");
  CHECK(load(file(dir, jwk(one, R"(,"d":"AQAB")")), A::rs256) == "key_private");
  CHECK(load(file(dir, R"({"keys":[]})"), A::rs256) == "key_unreadable");
  CHECK(load(file(dir, R"({"keys":[{"kty":"RSA","n":"AQAB"}]})"), A::rs256) == "key_unreadable");
  CHECK(load(file(dir, set), A::hs256) == "key_wrong_kind");
}

TEST_CASE("a JWK of each kind is the key that it describes") {
  using A = TokenAlgorithm;
  const TempDir dir;
  const KeyPair ec = ec_pair();
  const std::string ec_jwk = R"({"kty":"EC","crv":"P-256","x":")" + number(ec.open, "qx") + R"(","y":")" +
                             number(ec.open, "qy") + "\"}";
  // A coordinate that begins with a zero byte is not padded by `number`.
  if (number(ec.open, "qx").size() == 43 && number(ec.open, "qy").size() == 43) {
    const auto ring = KeyRing::load({{"k1", A::es256, file(dir, ec_jwk), "", ""}});
    REQUIRE(ring);
    CHECK(code_of(*sign_jwt(A::es256, ec.secret, R"({"alg":"ES256","kid":"k1"})", claims()), *ring) == "");
  }
  // RFC 8037, appendix A.2.
  CHECK(load(file(dir, R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"),
             A::eddsa) == "");
  const std::string oct = R"({"kty":"oct","k":")" + encode_base64url(kSecret) + "\"}";
  CHECK(load(file(dir, oct), A::hs256) == "");
  CHECK(load(file(dir, oct, 0644), A::hs256) == "key_file_exposed");
  CHECK(load(file(dir, oct), A::rs256) == "key_wrong_kind");
}

TEST_CASE("the error names the key of the configuration and the file") {
  const auto ring = KeyRing::load({{"k1", TokenAlgorithm::hs256, "/nonexistent/key", "", ""}});
  REQUIRE_FALSE(ring);
  CHECK(ring.error().subject == "/security/authentication/keys/0/file (/nonexistent/key)");
}
