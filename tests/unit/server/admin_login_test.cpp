#include "server/admin_login.h"

#include <future>
#include <optional>

#include "server/bcrypt.h"
#include "support/catch.h"
#include "support/manual_clock.h"

using namespace relay;
using namespace relay::test;

namespace {

AdminUiConfig with_password() {
  AdminUiConfig config;
  config.enabled = true;
  config.password_hash = "secret";
  return config;
}

bool equals(const std::string& password, const std::string& hash) { return password == hash; }

struct Door {
  explicit Door(const AdminUiConfig& config = with_password()) : login(config, clock, *logger, &equals) {
    login.start();
  }
  AdminVerdict knock(AdminCredentials credentials) {
    std::promise<AdminVerdict> verdict;
    login.log_in(std::move(credentials),
                 [&verdict](AdminVerdict given) { verdict.set_value(std::move(given)); });
    return verdict.get_future().get();
  }
  AdminVerdict knock(const std::string& password, const std::string& address = "127.0.0.1:1") {
    return knock({"admin", password, "", address});
  }
  [[nodiscard]] bool knows(const std::string& session) {
    return knock({"", "", session, "127.0.0.1:1"}).refusal.empty();
  }

  ManualClock clock;
  std::unique_ptr<Logger> logger = make_null_logger();
  AdminLogin login;
};

constexpr int64_t kMinuteUs = 60'000'000;

}  // namespace

TEST_CASE("the right name and password get a session, which is good for a day") {
  Door door;
  const AdminVerdict verdict = door.knock("secret");
  CHECK(verdict.refusal.empty());
  CHECK(verdict.session_id.size() == 16);
  CHECK(verdict.session_id.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(door.knows(verdict.session_id));
  door.clock.advance_us(24 * 60 * kMinuteUs);
  CHECK(door.knows(verdict.session_id));
  door.clock.advance_us(1);
  CHECK_FALSE(door.knows(verdict.session_id));
}

TEST_CASE("a wrong name, password or session is refused with one text") {
  Door door;
  CHECK(door.knock("Secret").refusal == "invalid credentials");
  CHECK(door.knock({"root", "secret", "", "127.0.0.1:1"}).refusal == "invalid credentials");
  CHECK(door.knock({"", "", "0123456789abcdef", "127.0.0.1:1"}).refusal == "invalid credentials");
  CHECK(door.knock(AdminCredentials{}).refusal == "invalid credentials");
}

TEST_CASE("an address gets five passwords wrong in a minute, whatever its port") {
  Door door;
  for (int i = 0; i < 5; ++i)
    CHECK(door.knock("no", "10.0.0.1:" + std::to_string(i)).refusal == "invalid credentials");
  CHECK(door.knock("secret", "10.0.0.1:9").refusal.starts_with("too many wrong passwords"));
  CHECK(door.knock("secret", "10.0.0.2:9").refusal.empty());
  CHECK(door.knock("secret", "[::1]:9").refusal.empty());
  door.clock.advance_us(kMinuteUs + 1);
  CHECK(door.knock("secret", "10.0.0.1:9").refusal.empty());
}

TEST_CASE("a right password makes wrong ones good") {
  Door door;
  for (int i = 0; i < 20; ++i) {
    CHECK_FALSE(door.knock("no").refusal.empty());
    CHECK(door.knock("secret").refusal.empty());
  }
}

TEST_CASE("the newest sessions are kept") {
  Door door;
  const std::string first = door.knock("secret").session_id;
  const std::string second = door.knock("secret").session_id;
  for (size_t i = 2; i <= AdminLogin::kMaxSessions; ++i) REQUIRE(door.knock("secret").refusal.empty());
  CHECK_FALSE(door.knows(first));
  CHECK(door.knows(second));
}

TEST_CASE("only so many addresses are remembered, and only so many passwords wait") {
  Door door;
  for (size_t i = 0; i < AdminLogin::kMaxAddresses; ++i)
    REQUIRE(door.knock("no", "host" + std::to_string(i) + ":1").refusal == "invalid credentials");
  CHECK(door.knock("secret", "another:1").refusal.starts_with("too many wrong passwords"));

  ManualClock clock;
  const auto logger = make_null_logger();
  AdminLogin idle(with_password(), clock, *logger, &equals);  // not started: nobody checks
  size_t refused = 0;
  const auto done = [&refused](const AdminVerdict& verdict) {
    if (verdict.refusal.starts_with("too many logins at once")) ++refused;
  };
  for (size_t i = 0; i < AdminLogin::kMaxWaiting + 3; ++i)
    idle.log_in({"admin", "secret", "", std::to_string(i) + ":1"}, done);
  CHECK(refused == 3);
}

TEST_CASE("without a password everybody is welcome, and gets no session") {
  Door door{AdminUiConfig()};
  const AdminVerdict verdict = door.knock(AdminCredentials{});
  CHECK(verdict.refusal.empty());
  CHECK(verdict.session_id.empty());
}

TEST_CASE("bcrypt's hashes of each kind are checked") {
  // "correct horse" at cost 4.
  const std::string rest = "04$y37o9venekbwD8/kfy1PUewBP6kpVdnhrnwMT3yO/Kw2ReZS11Gdi";
  for (const char* kind : {"$2a$", "$2b$", "$2y$"}) {
    CHECK(bcrypt_matches("correct horse", kind + rest));
    CHECK_FALSE(bcrypt_matches("correct horsf", kind + rest));
  }
  CHECK_FALSE(bcrypt_matches(std::string("correct horse\0", 14), "$2b$" + rest));
  CHECK_FALSE(bcrypt_matches("", ""));
  CHECK_FALSE(bcrypt_matches("x", "not a hash"));
  CHECK_FALSE(bcrypt_matches("x", "$2b$99$short"));
}
