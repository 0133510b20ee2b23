#include "cli/client/rate_schedule.h"

#include "support/catch.h"

namespace relay {
namespace {

TEST_CASE("rates are per second unless they say per minute") {
  CHECK(parse_rate("10").value() == 10);
  CHECK(parse_rate("0.5/s").value() == 0.5);
  CHECK(parse_rate("90/m").value() == 1.5);
  for (const char* text : {"", "0", "-1", "x", "10/h", "inf", "nan", "10 /s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rate(text));
  }
}

TEST_CASE("the first event is due at once and the next ones evenly") {
  RateSchedule schedule(10, 1000);
  CHECK(schedule.due(1000) == 1);
  schedule.sent(1);
  CHECK(schedule.next_us() == 101'000);
  CHECK(schedule.due(100'999) == 0);
  CHECK(schedule.due(101'000) == 1);
}

TEST_CASE("timers that are always late do not slow the schedule down") {
  RateSchedule schedule(1000, 0);
  uint64_t sent = 0;
  for (int64_t now_us = 0; now_us < 10'000'000; now_us = schedule.next_us() + 700) {
    const uint64_t due = schedule.due(now_us);
    schedule.sent(due);
    sent += due;
  }
  CHECK(sent >= 9'999);
  CHECK(sent <= 10'000);
}

TEST_CASE("a rate that divides no microsecond does not drift") {
  RateSchedule schedule(3, 0);
  schedule.sent(3'000'000);
  CHECK(schedule.next_us() == 1'000'000'000'000);
}

TEST_CASE("after a stall only a tenth of a second is caught up") {
  RateSchedule schedule(100, 0);
  schedule.sent(schedule.due(0));
  CHECK(schedule.due(5'000'000) == 10);
  schedule.sent(10);
  CHECK(schedule.due(5'000'000) == 0);
  CHECK(schedule.next_us() == 5'010'000);
}

}  // namespace
}  // namespace relay
