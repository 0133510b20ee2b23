#include "auth/authenticator.h"

#include <sys/stat.h>

#include "support/catch.h"
#include "support/temp_dir.h"
#include "unit/auth/test_keys.h"

using namespace relay;
using namespace relay::test;

namespace {

constexpr int64_t kNowUs = kNow * 1'000'000;
constexpr std::string_view kHeader = R"({"alg":"HS256","kid":"k1"})";

SecurityConfig config(const TempDir& dir) {
  const std::string path = dir.write("secret", kSecret).string();
  chmod(path.c_str(), 0600);
  SecurityConfig config;
  config.authentication.required = true;
  config.authentication.keys = {{"k1", TokenAlgorithm::hs256, path, "", ""}};
  config.authentication.leeway = 0;
  config.roles = R"({"reader":{"types":["agent.**"]},"ops":{"admin":true,"publish":["**"]}})";
  return config;
}

std::string code(const Authenticator& authenticator, std::string_view brought, int64_t now_us = kNowUs) {
  const auto identity = authenticator.identify(brought, now_us);
  return identity ? "" : identity.error().code;
}

}  // namespace

TEST_CASE("with nothing configured nobody is asked") {
  SecurityConfig open;
  open.roles = R"({"reader":{}})";
  const auto made = Authenticator::make(open);
  REQUIRE(made);
  CHECK(*made == nullptr);
}

TEST_CASE("a token is somebody with the roles that it names, and no others") {
  const TempDir dir;
  const auto authenticator = *Authenticator::make(config(dir));
  const auto identity = authenticator->identify(token(kHeader, claims(R"(,"role":"reader")")), kNowUs);
  REQUIRE(identity);
  CHECK((*identity)->subject == "ann");
  CHECK((*identity)->access->may_read("agent.x"));
  CHECK_FALSE((*identity)->access->may_read("task.x"));
  CHECK_FALSE((*identity)->access->is_admin());
  const auto unknown = authenticator->identify(token(kHeader, claims(R"(,"roles":["root"])")), kNowUs);
  REQUIRE(unknown);
  CHECK_FALSE((*unknown)->access->may_read());
  CHECK_FALSE((*unknown)->access->is_admin());
}

TEST_CASE("who brings nothing is refused, or has the role of the anonymous") {
  const TempDir dir;
  SecurityConfig wanted = config(dir);
  CHECK(code(**Authenticator::make(wanted), "") == "token_missing");
  wanted.authentication.required = false;
  CHECK(code(**Authenticator::make(wanted), "") == "token_missing");
  wanted.authentication.anonymous_role = "reader";
  const auto authenticator = *Authenticator::make(wanted);
  const auto anonymous = authenticator->identify("", kNowUs);
  REQUIRE(anonymous);
  CHECK((*anonymous)->access->may_read("agent.x"));
  CHECK_FALSE((*anonymous)->access->may_publish());
  CHECK(authenticator->session_end_us(**anonymous, kNowUs) == INT64_MAX);
  CHECK(code(*authenticator, "a.b.c") == "token_malformed");
}

TEST_CASE("an API key has the roles of the file until it expires") {
  const TempDir dir;
  SecurityConfig wanted = config(dir);
  const NewApiKey made = make_api_key("ci", {"ops"}), old = make_api_key("old", {"ops"});
  std::string expired = old.line;
  expired.insert(expired.size() - 1, ",\"expires\":" + std::to_string(kNow));
  wanted.authentication.api_keys = dir.write("api", made.line + "\n" + expired).string();
  const auto authenticator = *Authenticator::make(wanted);
  const auto identity = authenticator->identify(made.key, kNowUs);
  REQUIRE(identity);
  CHECK((*identity)->subject == "ci");
  CHECK((*identity)->access->is_admin());
  CHECK(code(*authenticator, old.key) == "token_expired");
  CHECK(code(*authenticator, old.key, kNowUs - 1'000'000) == "");
  CHECK(code(*authenticator, make_api_key("ci", {"ops"}).key) == "token_unknown");
}

TEST_CASE("a file with a role that is not configured is refused, and the error names the key") {
  const TempDir dir;
  SecurityConfig wanted = config(dir);
  wanted.authentication.api_keys = dir.write("api", make_api_key("ci", {"root"}).line).string();
  const auto made = Authenticator::make(wanted);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == "unknown_role");
  CHECK(made.error().subject.starts_with("/security/authentication/api_keys"));
}

TEST_CASE("once its key is gone a token is refused, and those who came with it are known no longer") {
  const TempDir dir;
  SecurityConfig wanted = config(dir);
  const NewApiKey made = make_api_key("ci", {"ops"});
  wanted.authentication.api_keys = dir.write("api", made.line).string();
  const auto before = *Authenticator::make(wanted);
  const std::string jwt = token(kHeader, claims());
  const IdentityRef by_token = *before->identify(jwt, kNowUs), by_key = *before->identify(made.key, kNowUs);
  CHECK(before->still_vouches(*by_token));
  CHECK(before->still_vouches(*by_key));
  dir.write("secret", "another secret of thirty-two bytes");
  dir.write("api", "");
  const auto after = *Authenticator::make(wanted);
  CHECK(code(*after, jwt) == "token_signature");
  CHECK(code(*after, made.key) == "token_unknown");
  CHECK_FALSE(after->still_vouches(*by_token));
  CHECK_FALSE(after->still_vouches(*by_key));
  CHECK(code(*before, jwt) == "");
}

TEST_CASE("a session ends with its token, or when it has lasted long enough") {
  const TempDir dir;
  SecurityConfig wanted = config(dir);
  wanted.authentication.leeway = 5;
  wanted.authentication.session_timeout = 10;
  const std::string jwt = token(kHeader, claims());
  auto authenticator = *Authenticator::make(wanted);
  CHECK(authenticator->session_end_us(**authenticator->identify(jwt, kNowUs), kNowUs) == kNowUs + 10'000'000);
  wanted.authentication.session_timeout = 3600;
  authenticator = *Authenticator::make(wanted);
  CHECK(authenticator->session_end_us(**authenticator->identify(jwt, kNowUs), kNowUs) == kNowUs + 65'000'000);
}
