#include "base/nearest.h"

#include <array>
#include <string>

#include "support/catch.h"

using relay::nearest;

namespace {

constexpr std::array<std::string_view, 5> kKeys = {"listen", "threads", "max_connections", "ping_interval",
                                                   "ping_timeout"};

}  // namespace

TEST_CASE("nearest finds the key a typing mistake was meant for") {
  CHECK(nearest("lsiten", kKeys) == "listen");
  CHECK(nearest("listne", kKeys) == "listen");
  CHECK(nearest("maxconnections", kKeys) == "max_connections");
  CHECK(nearest("ping_intervall", kKeys) == "ping_interval");
  CHECK(nearest("THREADS", kKeys) == "threads");
}

TEST_CASE("nearest prefers the closest candidate, and of equal ones the first") {
  constexpr std::array<std::string_view, 3> kNames = {"marcus-ui", "marcus", "markus"};
  CHECK(nearest("marcs", kNames) == "marcus");
  CHECK(nearest("mar_us", kNames) == "marcus");
}

TEST_CASE("nearest says nothing rather than guess") {
  CHECK(nearest("colour", kKeys).empty());
  CHECK(nearest("", kKeys).empty());
  CHECK(nearest(std::string(1000, 'l'), kKeys).empty());
  CHECK(nearest("x", std::array<std::string_view, 2>{"y", ""}).empty());
  CHECK(nearest("listen", {}).empty());
}
