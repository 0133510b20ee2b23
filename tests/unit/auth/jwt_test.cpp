#include "auth/jwt.h"

#include "support/catch.h"
#include "unit/auth/test_keys.h"

using namespace relay;
using namespace relay::test;

namespace {

constexpr std::string_view kHeader = R"({"alg":"HS256","kid":"k1"})";

KeyRing one_secret() { return KeyRing({secret_key()}); }

std::string with_header(std::string_view header) { return code_of(token(header, claims()), one_secret()); }
std::string with_claims(std::string_view text, int64_t leeway_s = 0) {
  return code_of(token(kHeader, text), one_secret(), leeway_s);
}
std::string with_more(std::string_view more) { return with_claims(claims(more)); }
std::string exp_at(const std::string& exp) { return R"({"exp":)" + exp + "}"; }

}  // namespace

TEST_CASE("a token of each algorithm is good with the key that was configured for it") {
  using A = TokenAlgorithm;
  for (const A algorithm : {A::hs256, A::hs384, A::hs512}) {
    const std::string header = R"({"alg":")" + std::string(to_string(algorithm)) + "\"}";
    CHECK(code_of(token(header, claims(), algorithm), KeyRing({secret_key("k1", algorithm)})) == "");
  }
  const std::pair<A, KeyPair> pairs[] = {
      {A::rs256, rsa_pair()}, {A::es256, ec_pair()}, {A::eddsa, ed25519_pair()}};
  for (const auto& [algorithm, pair] : pairs) {
    INFO(to_string(algorithm));
    const KeyRing keys({open_key(algorithm, pair, "open")});
    const std::string header = R"({"alg":")" + std::string(to_string(algorithm)) + R"(","kid":"open"})";
    std::string good = *sign_jwt(algorithm, pair.secret, header, claims());
    CHECK(code_of(good, keys) == "");
    const KeyRing others({open_key(algorithm,
                                   algorithm == A::rs256   ? rsa_pair()
                                   : algorithm == A::es256 ? ec_pair()
                                                           : ed25519_pair(),
                                   "open")});
    CHECK(code_of(good, others) == "token_signature");
    const size_t inside = good.rfind('.') + 8;
    good[inside] = good[inside] == 'A' ? 'B' : 'A';
    CHECK(code_of(good, keys) == "token_signature");
  }
}

TEST_CASE("what a good token says is what comes out") {
  const auto read =
      verify_jwt(token(kHeader, claims(R"(,"role":"ops","roles":["dev","ops"],"seneca":{"rooms":"dev-*"})")),
                 one_secret(), kNow, 0);
  REQUIRE(read);
  CHECK(read->subject == "ann");
  CHECK(read->expires_s == kNow + 60);
  CHECK(read->roles == std::vector<std::string>{"ops", "dev"});
  REQUIRE(read->limit);
  CHECK(read->limit->rooms == std::vector<std::string>{"dev-*"});
  CHECK(read->limit->types.front().text() == "**");
  CHECK(read->key_digest == secret_key().digest());
}

TEST_CASE("a token that is not signed is refused, however it spells none") {
  for (const char* none : {"none", "None", "NONE", "nOnE", ""}) {
    const std::string header = R"({"alg":")" + std::string(none) + "\"}";
    const std::string parts = encode_base64url(header) + '.' + encode_base64url(claims()) + '.';
    CHECK(code_of(parts, one_secret()) == "token_algorithm");
    CHECK(with_header(header) == "token_algorithm");
  }
  CHECK(with_header(R"({"kid":"k1"})") == "token_algorithm");
  CHECK(with_header(R"({"alg":256,"kid":"k1"})") == "token_algorithm");
  CHECK(with_header(R"({"alg":null,"kid":"k1"})") == "token_algorithm");
  CHECK(with_header(R"({"alg":"hs256","kid":"k1"})") == "token_algorithm");
}

TEST_CASE("a public key is never taken for the secret of an HMAC") {
  const KeyPair pair = rsa_pair();
  const KeyRing keys({open_key(TokenAlgorithm::rs256, pair, "k1")});
  for (const char* header :
       {R"({"alg":"HS256","kid":"k1"})", R"({"alg":"HS256"})", R"({"alg":"RS256","kid":"k1"})"}) {
    const std::string_view wanted = std::string_view(header).find("RS256") == std::string_view::npos
                                        ? "token_algorithm"
                                        : "token_signature";
    CHECK(code_of(forged(pair.open, header, claims()), keys) == wanted);
  }
  CHECK(code_of(forged(kSecret, kHeader, claims()), one_secret()) == "");
  CHECK_FALSE(sign_jwt(TokenAlgorithm::hs256, pair.open, kHeader, claims()));
}

TEST_CASE("the algorithm is the key's: what the header says must be that") {
  CHECK(code_of(token(R"({"alg":"HS384","kid":"k1"})", claims(), TokenAlgorithm::hs384), one_secret()) ==
        "token_algorithm");
  CHECK(code_of(token(R"({"alg":"HS512"})", claims(), TokenAlgorithm::hs512), one_secret()) ==
        "token_algorithm");
}

TEST_CASE("a signature must be there, and be of this header and these claims") {
  const std::string good = token(kHeader, claims());
  const std::string other = token(R"({"alg":"HS256","kid":"k1","x":1})", claims());
  const size_t dot = good.rfind('.');
  CHECK(code_of(good.substr(0, dot + 1), one_secret()) == "token_signature");
  CHECK(code_of(good.substr(0, dot) + other.substr(other.rfind('.')), one_secret()) == "token_signature");
  const std::string changed =
      encode_base64url(kHeader) + '.' + encode_base64url(claims(R"(,"role":"admin")")) + good.substr(dot);
  CHECK(code_of(changed, one_secret()) == "token_signature");
  CHECK(code_of(good.substr(0, good.size() - 3), one_secret()) == "token_signature");
}

TEST_CASE("a kid chooses among the configured keys by equality and does nothing else") {
  for (const char* kid : {"../../dev/null", "' OR 1", "k1 ", "K1", "k", "", "/etc/hostname"})
    CHECK(with_header(R"({"alg":"HS256","kid":")" + std::string(kid) + "\"}") == "token_key_unknown");
  CHECK(with_header(R"({"alg":"HS256","kid":"k1\u0000"})") == "token_key_unknown");
  CHECK(with_header(R"({"alg":"HS256","kid":["k1"]})") == "token_malformed");
  CHECK(with_header(R"({"alg":"HS256","kid":")" + std::string(64 * 1024, 'k') + "\"}") == "token_malformed");
  CHECK(with_header(R"({"alg":"HS256"})") == "");
}

TEST_CASE("a header that brings or names a key of its own changes nothing") {
  const std::string foreign = "fedcba9876543210fedcba9876543210";
  for (const std::string extra :
       {R"("jku":"http://127.0.0.1:1/keys")", R"("x5u":"http://127.0.0.1:1/cert")", R"("x5c":["AAAA"])",
        R"("jwk":{"kty":"oct","k":"ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA"})"}) {
    const std::string header = R"({"alg":"HS256","kid":"k1",)" + extra + "}";
    CHECK(code_of(*sign_jwt(TokenAlgorithm::hs256, foreign, header, claims()), one_secret()) ==
          "token_signature");
    CHECK(with_header(header) == "");
  }
}

TEST_CASE("exp must be there as whole seconds, and not be past") {
  CHECK(with_claims(R"({"sub":"ann"})") == "token_malformed");
  for (const char* exp : {"1e99", "\"1e99\"", "\"1900000000\"", "1900000000.5", "1.9e9", "-1", "null", "true",
                          "[1900000000]", "99999999999999999999", "9223372036854775807"})
    CHECK(with_claims(exp_at(exp)) == "token_malformed");
  CHECK(with_claims(exp_at(std::to_string(kNow - 1))) == "token_expired");
  CHECK(with_claims(exp_at(std::to_string(kNow))) == "token_expired");
  CHECK(with_claims(exp_at(std::to_string(kNow + 1))) == "");
  CHECK(with_claims(exp_at(std::to_string(kNow - 29)), 30) == "");
  CHECK(with_claims(exp_at(std::to_string(kNow - 30)), 30) == "token_expired");
  CHECK(with_claims(exp_at("0")) == "token_expired");
}

TEST_CASE("a token of the future is refused, but for the leeway") {
  for (const std::string name : {"nbf", "iat"}) {
    const auto at = [&name](int64_t seconds) {
      return ",\"" + name + "\":" + std::to_string(kNow + seconds);
    };
    CHECK(with_more(at(10)) == "token_not_yet_valid");
    CHECK(with_more(at(0)) == "");
    CHECK(with_claims(claims(at(10)), 10) == "");
    CHECK(with_more(",\"" + name + "\":\"0\"") == "token_malformed");
  }
}

TEST_CASE("issuer and audience must be those of the key") {
  TokenKey key = secret_key();
  key.issuer = "https://id";
  key.audience = "seneca";
  const KeyRing keys({key});
  const auto code = [&](std::string_view more) { return code_of(token(kHeader, claims(more)), keys); };
  CHECK(code(R"(,"iss":"https://id","aud":"seneca")") == "");
  CHECK(code(R"(,"iss":"https://id","aud":["other","seneca"])") == "");
  CHECK(code(R"(,"iss":"https://id","aud":["other"])") == "token_audience");
  CHECK(code(R"(,"iss":"https://id","aud":"Seneca")") == "token_audience");
  CHECK(code(R"(,"iss":"https://id","aud":[])") == "token_audience");
  CHECK(code(R"(,"iss":"https://id","aud":["seneca",1])") == "token_malformed");
  CHECK(code(R"(,"iss":"https://id","aud":{"seneca":1})") == "token_malformed");
  CHECK(code(R"(,"iss":"https://id")") == "token_audience");
  CHECK(code(R"(,"iss":"https://id/","aud":"seneca")") == "token_issuer");
  CHECK(code(R"(,"iss":["https://id"],"aud":"seneca")") == "token_issuer");
  CHECK(code(R"(,"aud":"seneca")") == "token_issuer");
  // A key without an audience: a token that is for somebody is for somebody else.
  CHECK(with_more(R"(,"aud":"seneca")") == "token_audience");
  CHECK(with_more(R"(,"iss":"anybody")") == "");
}

TEST_CASE("a key twice in an object says nothing that could be relied on") {
  CHECK(with_header(R"({"alg":"none","alg":"HS256","kid":"k1"})") == "token_malformed");
  CHECK(with_header(R"({"alg":"HS256","alg":"HS256","kid":"k1"})") == "token_malformed");
  CHECK(with_header(R"({"alg":"HS256","\u0061lg":"none","kid":"k1"})") == "token_malformed");
  CHECK(with_more(R"(,"exp":1)") == "token_malformed");
  CHECK(with_more(R"(,"seneca":{"rooms":["a"],"rooms":["*"]})") == "token_malformed");
}

TEST_CASE("a critical header is refused, whatever it is") {
  for (const char* crit : {R"(["exp"])", R"(["b64"])", "[]", "null"})
    CHECK(with_header(R"({"alg":"HS256","kid":"k1","b64":false,"crit":)" + std::string(crit) + "}") ==
          "token_malformed");
}

TEST_CASE("a token has three parts in base64url, of 8 KiB at most") {
  const std::string good = token(kHeader, claims());
  const size_t first = good.find('.'), second = good.rfind('.');
  CHECK(code_of(good.substr(0, second), one_secret()) == "token_malformed");
  CHECK(code_of(good + "..", one_secret()) == "token_malformed");
  CHECK(code_of(good + ".x.y", one_secret()) == "token_malformed");
  CHECK(code_of("", one_secret()) == "token_malformed");
  CHECK(code_of("..", one_secret()) == "token_malformed");
  CHECK(code_of(good + "=", one_secret()) == "token_malformed");
  CHECK(code_of(good + "\n", one_secret()) == "token_malformed");
  CHECK(code_of(good.substr(0, first) + "=" + good.substr(first), one_secret()) == "token_malformed");
  CHECK(code_of(good.substr(0, 4) + "\n" + good.substr(4), one_secret()) == "token_malformed");
  CHECK(code_of(" " + good, one_secret()) == "token_malformed");
  std::string standard = good;
  standard[second + 1] = '+';
  CHECK(code_of(standard, one_secret()) == "token_malformed");
  const std::string filler(kMaxTokenBytes, 'x');
  CHECK(with_more(",\"x\":\"" + filler + "\"") == "token_malformed");
}

TEST_CASE("bits behind the last byte must be zero, so that no token has two spellings") {
  const std::string good = token(kHeader, claims());
  CHECK(code_of(good, one_secret()) == "");
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string other = good;
  other.back() = kAlphabet[kAlphabet.find(other.back()) + 1];
  CHECK(code_of(other, one_secret()) == "token_malformed");
}

TEST_CASE("header and claims are JSON objects, and no more") {
  for (const char* header : {"", "[]", "null", "\"HS256\"", "{", "\xEF\xBB\xBF{}"})
    CHECK(with_header(header) != "");
  CHECK(with_claims("[]") == "token_malformed");
  CHECK(with_claims("") == "token_malformed");
  CHECK(with_more(R"(,"deep":[[[[[[[[[[1]]]]]]]]]])") == "token_malformed");
  CHECK(with_more(",\"x\":\"\xFF\"") == "token_malformed");
}

TEST_CASE("claims of another kind than they should be are refused") {
  CHECK(with_claims(R"({"sub":1,"exp":1900000000})") == "token_malformed");
  CHECK(with_claims(R"({"exp":1900000000,"sub":")" + std::string(257, 's') + "\"}") == "token_malformed");
  for (const char* roles : {"1", "{}", "[1]", "null"})
    CHECK(with_more(R"(,"roles":)" + std::string(roles)) == "token_malformed");
  for (const char* limit :
       {"[]", "null", R"({"room":["a"]})", R"({"rooms":1})", R"({"types":["a..b"]})", R"({"admin":false})"})
    CHECK(with_more(R"(,"seneca":)" + std::string(limit)) == "token_malformed");
}

TEST_CASE("without a kid every key of the algorithm is tried") {
  TokenKey other = *TokenKey::from_secret(TokenAlgorithm::hs256, "another secret of 32 bytes, or more");
  other.id = "k0";
  CHECK(code_of(token(R"({"alg":"HS256"})", claims()), KeyRing({other, secret_key()})) == "");
  CHECK(code_of(token(R"({"alg":"HS256"})", claims()), KeyRing({other})) == "token_signature");
  CHECK(code_of(token(R"({"alg":"HS256"})", claims()), KeyRing()) == "token_algorithm");
}
