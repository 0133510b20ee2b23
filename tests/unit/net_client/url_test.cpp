#include "net/client/url.h"

#include <string>

#include "support/catch.h"

namespace relay {
namespace {

std::string parsed(const std::string& text) {
  const Result<Url> url = parse_url(text);
  return url ? url->to_string() : "error: " + url.error().message;
}

TEST_CASE("a URL without port gets the port of its scheme") {
  CHECK(parsed("ws://relay.example") == "ws://relay.example:80");
  CHECK(parsed("wss://relay.example") == "wss://relay.example:443");
  CHECK(parsed("http://relay.example:8000/") == "http://relay.example:8000");
  CHECK(parse_url("https://h")->secure);
  CHECK_FALSE(parse_url("http://h")->secure);
}

TEST_CASE("a path prefix is put before every target") {
  const Result<Url> url = parse_url("ws://127.0.0.1:8000/relay/one/");
  REQUIRE(url);
  CHECK(url->path == "/relay/one");
  CHECK(url->target("/ws") == "/relay/one/ws");
}

TEST_CASE("an IPv6 address loses its brackets as host and keeps them in the authority") {
  const Result<Url> url = parse_url("ws://[::1]:8000");
  REQUIRE(url);
  CHECK(url->host == "::1");
  CHECK(url->port == 8000);
  CHECK(url->authority() == "[::1]:8000");
  CHECK(parsed("ws://[::1]") == "ws://[::1]:80");
}

TEST_CASE("a bad URL is refused with what was expected") {
  for (const char* text : {"", "127.0.0.1:8000", "ftp://h", "ws://", "ws://:8000", "ws://h:0", "ws://h:65536",
                           "ws://h:80x", "ws://h:", "ws://[::1", "ws://[]:1", "ws://[::1]x", "ws://a b",
                           "ws://user:secret@h", "ws://h/ws?match=x", "ws://h/#x"}) {
    CAPTURE(text);
    const Result<Url> url = parse_url(text);
    REQUIRE_FALSE(url);
    CHECK(url.error().code == "bad_url");
    CHECK(url.error().subject == text);
    CHECK_FALSE(url.error().message.empty());
  }
}

}  // namespace
}  // namespace relay
