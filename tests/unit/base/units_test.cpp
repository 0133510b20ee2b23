#include "base/units.h"

#include "support/catch.h"

using namespace relay;

TEST_CASE("sizes are bytes, with decimal or binary units in either case") {
  CHECK(parse_size("0").value() == 0);
  CHECK(parse_size("64000").value() == 64000);
  CHECK(parse_size("7B").value() == 7);
  CHECK(parse_size("64KB").value() == 64000);
  CHECK(parse_size("64KiB").value() == 65536);
  CHECK(parse_size("512mib").value() == int64_t{512} << 20);
  CHECK(parse_size("1 GiB").value() == int64_t{1} << 30);
  CHECK(parse_size("2TB").value() == 2'000'000'000'000);
  CHECK(parse_size("9223372036854775807").value() == INT64_MAX);
}

TEST_CASE("what is no size, negative or too large is refused") {
  for (const char* text :
       {"", "-1", "+1", "KB", "1.5MiB", "64 KB ", "64  KB", "64KX", "0x10", "64kbit", "1e3"}) {
    INFO(text);
    REQUIRE_FALSE(parse_size(text));
    CHECK(parse_size(text).error().code == "bad_size");
  }
  CHECK_FALSE(parse_size("9223372036854775808"));
  CHECK_FALSE(parse_size("8388608TiB"));
  CHECK_FALSE(parse_size("99999999999999999999999999"));
}

TEST_CASE("durations are seconds, with units from ms to d") {
  CHECK(parse_duration_s("5").value() == 5);
  CHECK(parse_duration_s("0.5").value() == 0.5);
  CHECK(parse_duration_s("250ms").value() == 0.25);
  CHECK(parse_duration_s("5s").value() == 5);
  CHECK(parse_duration_s("10m").value() == 600);
  CHECK(parse_duration_s("1.5h").value() == 5400);
  CHECK(parse_duration_s("7D").value() == 604800);
}

TEST_CASE("what is no duration is refused") {
  for (const char* text : {"", "-5", "s", "5x", "inf", "nan", "1.2.3", "5 seconds", "1e3"}) {
    INFO(text);
    REQUIRE_FALSE(parse_duration_s(text));
    CHECK(parse_duration_s(text).error().code == "bad_duration");
  }
  CHECK_FALSE(parse_duration_s(std::string(400, '9')));
}

TEST_CASE("formatted sizes, durations and numbers read back as they were") {
  CHECK(format_size(64 << 20) == "64MiB");
  CHECK(format_size(64000) == "64000");
  CHECK(format_size(0) == "0");
  CHECK(format_duration(86400) == "24h");
  CHECK(format_duration(90) == "90s");
  CHECK(format_duration(0.25) == "0.25s");
  CHECK(format_number(10'000'000) == "10000000");
  CHECK(format_number(0.1) == "0.1");
  for (const double seconds : {0.0, 0.07, 0.001, 59.0, 3600.0, 3601.5, 1e9}) {
    CHECK(parse_duration_s(format_duration(seconds)).value() == seconds);
  }
  for (const int64_t bytes : {int64_t{1}, int64_t{1023}, int64_t{1} << 40, int64_t{INT64_MAX}}) {
    CHECK(parse_size(format_size(bytes)).value() == bytes);
  }
}
