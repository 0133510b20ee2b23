#include "config/listen.h"

#include "config/zone.h"
#include "support/catch.h"

using namespace relay;

TEST_CASE("listen addresses are IPv4, bracketed IPv6 or localhost, with a port") {
  CHECK(parse_listen("127.0.0.1:8000").value() == ListenAddress{"127.0.0.1", 8000, false});
  CHECK(parse_listen("[::1]:8000").value() == ListenAddress{"::1", 8000, true});
  CHECK(parse_listen("0.0.0.0:0").value() == ListenAddress{"0.0.0.0", 0, false});
  CHECK(parse_listen("localhost:65535").value() == ListenAddress{"127.0.0.1", 65535, false});
  CHECK(parse_listen("[::1]:8000")->to_string() == "[::1]:8000");
}

TEST_CASE("bad listen addresses are refused with a remedy") {
  for (const std::string_view text : {"",
                                      ":",
                                      "8000",
                                      ":8000",
                                      "*:8000",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "127.0.0.1:70000",
                                      "127.0.0.1:-1",
                                      "127.0.0.1:80x",
                                      "127.0.0.1: 80",
                                      "127.0.0.1:+80",
                                      "::1:8000",
                                      "[::1]",
                                      "[]:80",
                                      "[:80",
                                      "]:80",
                                      "[127.0.0.1]:80",
                                      "256.0.0.1:80",
                                      "example.com:80",
                                      "unix:/tmp/x",
                                      "127.0.0.1/8:80"}) {
    const auto address = parse_listen(text);
    INFO(text);
    REQUIRE_FALSE(address);
    CHECK(address.error().code == "bad_listen");
    CHECK(address.error().message.find("; write ") != std::string::npos);
  }
}

TEST_CASE("loopback is what only this machine can reach") {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "localhost:1"}) {
    CHECK(is_loopback(parse_listen(text).value()));
  }
  for (const char* text :
       {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "[fe80::1]:1", "[::ffff:10.0.0.1]:1", "12.7.0.1:1"}) {
    CHECK_FALSE(is_loopback(parse_listen(text).value()));
  }
}

TEST_CASE("zones are UTC or a fixed offset, and read back as they were") {
  CHECK(parse_zone("UTC").value() == 0);
  CHECK(parse_zone("+02:00").value() == 7200);
  CHECK(parse_zone("-06:30").value() == -23400);
  for (const char* text : {"UTC", "+02:00", "-06:30", "+14:00", "-00:01"}) {
    CHECK(format_zone(parse_zone(text).value()) == text);
  }
  for (const char* text :
       {"", "utc", "Z", "2", "+2:00", "+02", "+0200", "+02:60", "+14:01", "Europe/Berlin", "*02:00"}) {
    INFO(text);
    CHECK_FALSE(parse_zone(text));
  }
}
