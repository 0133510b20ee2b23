#include <array>
#include <chrono>
#include <string>

#include "codec/websocket_handshake.h"
#include "support/catch.h"

using namespace relay;

namespace {

constexpr std::array<std::string_view, 2> kOurs = {"seneca.v1.json", "other"};

UpgradeHeaders good() {
  return {"GET", "HTTP/1.1", "websocket", "keep-alive, Upgrade", "dGhlIHNhbXBsZSBub25jZQ==", "13", ""};
}

int status_of(const UpgradeHeaders& headers) {
  const auto result = check_upgrade(headers, kOurs);
  return result ? 101 : result.error().status;
}

}  // namespace

TEST_CASE("the accept key is the one of RFC 6455") {
  CHECK(websocket_accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("a proper upgrade is accepted") {
  const auto accepted = check_upgrade(good(), kOurs);
  REQUIRE(accepted);
  CHECK(upgrade_response(*accepted) ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

TEST_CASE("the extensions agreed on are in the answer") {
  auto accepted = check_upgrade(good(), kOurs);
  REQUIRE(accepted);
  accepted->extensions = "some-extension; a";
  CHECK(upgrade_response(*accepted).find("Sec-WebSocket-Extensions: some-extension; a\r\n\r\n") !=
        std::string::npos);
}

TEST_CASE("a WebSocket version other than 13 gets 426") {
  UpgradeHeaders headers = good();
  for (const std::string_view version : {"", "8", "14", "13, 8", "013"}) {
    headers.version = version;
    CHECK(status_of(headers) == 426);
  }
}

TEST_CASE("an upgrade to something else is refused") {
  UpgradeHeaders headers = good();
  for (const std::string_view upgrade : {"", "h2c", "foo", "websockets"}) {
    headers.upgrade = upgrade;
    CHECK(status_of(headers) == 400);
  }
  headers.upgrade = "h2c, WebSocket";
  CHECK(status_of(headers) == 101);
}

TEST_CASE("a connection header without upgrade is refused") {
  UpgradeHeaders headers = good();
  headers.connection = "keep-alive";
  CHECK(status_of(headers) == 400);
}

TEST_CASE("a method other than GET or an old HTTP is refused") {
  UpgradeHeaders headers = good();
  headers.method = "POST";
  CHECK(status_of(headers) == 400);
  headers = good();
  headers.http_version = "HTTP/1.0";
  CHECK(status_of(headers) == 400);
}

TEST_CASE("a key that is not sixteen bytes in base64 is refused") {
  UpgradeHeaders headers = good();
  for (const std::string_view key : {"", "short", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZTEyMw==",
                                     "dGhlIHNhbXBsZSBub25j!Q==", "dGhlIHNhbXBsZSBub25jZR=="}) {
    headers.key = key;
    CHECK(status_of(headers) == 400);
  }
}

TEST_CASE("the first subprotocol offered that we speak is agreed on") {
  UpgradeHeaders headers = good();
  headers.protocols = "unknown, other ,seneca.v1.json";
  const auto accepted = check_upgrade(headers, kOurs);
  REQUIRE(accepted);
  CHECK(accepted->subprotocol == "other");
  CHECK(upgrade_response(*accepted).find("Sec-WebSocket-Protocol: other\r\n\r\n") != std::string::npos);
}

TEST_CASE("without a common subprotocol the connection goes on without one") {
  UpgradeHeaders headers = good();
  headers.protocols = "seneca.v1.jso, ,";
  const auto accepted = check_upgrade(headers, kOurs);
  REQUIRE(accepted);
  CHECK(accepted->subprotocol.empty());
}

TEST_CASE("a hundred kilobytes of blanks in the subprotocol header cost time in proportion") {
  const std::string protocols = "a" + std::string(100'000, ' ') + "b" + std::string(100'000, ',') + "other";
  UpgradeHeaders headers = good();
  headers.protocols = protocols;
  const auto begin = std::chrono::steady_clock::now();
  const auto accepted = check_upgrade(headers, kOurs);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  REQUIRE(accepted);
  CHECK(accepted->subprotocol == "other");
}
