#include <string>

#include "base/clock.h"
#include "support/catch.h"

using namespace relay;

namespace {

int64_t parsed(std::string_view text, int64_t naive_offset_s = 0) {
  int64_t time_us = 0;
  INFO(text);
  CHECK(parse_time(text, naive_offset_s, time_us));
  return time_us;
}

}  // namespace

TEST_CASE("times are written as RFC 3339 in UTC") {
  CHECK(format_rfc3339(0) == "1970-01-01T00:00:00Z");
  CHECK(format_rfc3339(1772582400'123456) == "2026-03-04T00:00:00.123456Z");
  CHECK(format_rfc3339(951782400'000000) == "2000-02-29T00:00:00Z");
}

TEST_CASE("a time written is read back") {
  for (const int64_t time : {int64_t{0}, int64_t{1772582400'123456}, int64_t{4102444799'999999}})
    CHECK(parsed(format_rfc3339(time)) == time);
}

TEST_CASE("zones and fractions are understood") {
  const int64_t noon = 1772625600'000000;
  CHECK(parsed("2026-03-04T12:00:00Z") == noon);
  CHECK(parsed("2026-03-04 12:00:00+00:00") == noon);
  CHECK(parsed("2026-03-04T14:30:00+02:30") == noon);
  CHECK(parsed("2026-03-04T04:00:00-08:00") == noon);
  CHECK(parsed("2026-03-04T12:00:00.5Z") == noon + 500'000);
  CHECK(parsed("2026-03-04T12:00:00.123456789Z") == noon + 123'456);
}

TEST_CASE("a time without zone is in the zone the caller names") {
  CHECK(parsed("2026-03-04T12:00:00", 3600) == parsed("2026-03-04T11:00:00Z"));
  CHECK(parsed("2026-03-04T12:00:00Z", 3600) == parsed("2026-03-04T12:00:00Z"));
}

TEST_CASE("what is no time is refused") {
  for (const char* text : {"", "now", "2026-03-04", "2026-13-04T00:00:00Z", "2026-02-30T00:00:00Z",
                           "2026-03-04T25:00:00Z", "2026-03-04T00:61:00Z", "2026-03-04T00:00:00Zx",
                           "2026-03-04T00:00:00+2:00", "2026-03-04T00:00:00.Z"}) {
    int64_t time_us = 0;
    CAPTURE(text);
    CHECK_FALSE(parse_time(text, 0, time_us));
  }
}

TEST_CASE("the monotonic clock does not go back") {
  const SystemClock clock;
  const int64_t before = clock.monotonic_us();
  CHECK(clock.monotonic_us() >= before);
}
