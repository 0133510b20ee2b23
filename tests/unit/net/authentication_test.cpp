#include "net/authentication.h"

#include "auth/narrowing.h"
#include "support/catch.h"

using namespace relay;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

std::string token(Headers headers, std::string_view cookie = "") {
  HttpRequestHead head;
  head.headers = std::move(headers);
  const auto found = find_token(head, cookie);
  return found ? found->text : found.error().code;
}

Access access(std::vector<std::string> types, std::vector<std::string> publish, bool admin) {
  return {{*make_grant({{"*"}, {"*"}, std::move(types), std::move(publish)})}, std::nullopt, admin};
}

}  // namespace

TEST_CASE("a token is that of the header, of the subprotocol or of the cookie, in this order") {
  const Headers::value_type header{"authorization", "Bearer a"},
      protocol{"sec-websocket-protocol", "x, bearer.b"}, cookie{"cookie", "k=1; t=c"};
  CHECK(token({header, protocol, cookie}, "t") == "a");
  CHECK(token({protocol, cookie}, "t") == "b");
  CHECK(token({cookie}, "t") == "c");
  CHECK(token({cookie}) == "");
  CHECK(token({{"cookie", "tt=c; xt=d"}}, "t") == "");
  CHECK(token({}) == "");
}

TEST_CASE("a header that is no plain Bearer token is a bad token, not a missing one") {
  CHECK(token({{"authorization", "bearer  a "}}) == "a");
  for (const char* bad : {"Basic YTpi", "Bearer", "a", "Bearer: a"})
    CHECK(token({{"authorization", bad}}) == "token_malformed");
  // Two are one with a comma, which no token has.
  CHECK(token({{"authorization", "Bearer a"}, {"authorization", "Bearer b"}}) == "a, Bearer b");
}

TEST_CASE("what a request needs is one of few things") {
  using Need = Endpoint::Need;
  const Access reader = access({"**"}, {}, false), publisher = access({}, {"x"}, false),
               admin = access({}, {}, true), nobody = access({}, {}, false);
  const auto allows = [](const Access& who, Need need) { return check_need(need, who).has_value(); };
  CHECK(allows(nobody, Need::nothing));
  CHECK(allows(nobody, Need::at_connect));
  for (const Need need : {Need::any, Need::read, Need::publish, Need::admin})
    CHECK_FALSE(allows(nobody, need));
  CHECK((allows(reader, Need::any) && allows(reader, Need::read)));
  CHECK_FALSE((allows(reader, Need::publish) || allows(reader, Need::admin)));
  CHECK((allows(publisher, Need::any) && allows(publisher, Need::publish)));
  CHECK_FALSE((allows(publisher, Need::read) || allows(publisher, Need::admin)));
  CHECK(allows(admin, Need::admin));
}

TEST_CASE("only what everybody may ask needs no token") {
  for (const char* path : {"/ws", "/events", "/engine.io/", "/api/v1/events", "/api/v1/dead-letters",
                           "/api/v1/stats", "/api/v1/clients", "/api/v1/rooms", "/api/v1/presence",
                           "/api/v1/plugins", "/api/v1/taps", "/api/v1/why"}) {
    bool known = false;
    const Endpoint* const endpoint = find_endpoint("GET", path, known);
    REQUIRE(endpoint != nullptr);
    CHECK(endpoint->need >= Endpoint::Need::any);
  }
  for (const char* path :
       {"/api/v1/events", "/api/v1/emit", "/api/v1/sockets/join", "/api/v1/sockets/leave",
        "/api/v1/sockets/disconnect", "/api/v1/plugins/walk", "/api/v1/plugins/x/reload"}) {
    bool known = false;
    const Endpoint* const endpoint = find_endpoint("POST", path, known);
    REQUIRE(endpoint != nullptr);
    CHECK(endpoint->need >= Endpoint::Need::publish);
  }
}
