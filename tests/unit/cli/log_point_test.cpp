#include "cli/client/log_point.h"

#include "support/catch.h"

namespace relay {
namespace {

TEST_CASE("a place in a log is an offset, a time, or how long ago") {
  CHECK(parse_log_point("offset:12", 0)->offset == 12);
  CHECK(parse_log_point("offset:99999999999999999999", 0)->offset == UINT64_MAX);
  const auto ago = parse_log_point("5m", 1'000'000'000);
  REQUIRE(ago);
  CHECK_FALSE(ago->offset);
  CHECK(ago->time_us == 700'000'000);
  CHECK(parse_log_point("1970-01-01T00:00:01Z", 0)->time_us == 1'000'000);
}

TEST_CASE("a number alone could be both, and is refused with what to say") {
  const auto refused = parse_log_point("12", 0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "bad_since");
  CHECK(refused.error().message == "needs a unit; say 12s, or offset:12");
  CHECK_FALSE(parse_log_point("yesterday", 0));
  CHECK_FALSE(parse_log_point("offset:", 0));
}

}  // namespace
}  // namespace relay
