#include "cli/bench/open_schedule.h"

#include "support/catch.h"

namespace relay {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

TEST_CASE("the first event of a fixed rate is due at once and the others evenly") {
  const OpenSchedule schedule(10, 500);
  CHECK(schedule.due_by(499) == 0);
  CHECK(schedule.due_by(500) == 1);
  CHECK(schedule.due_ns(1) == 100'000'500);
  CHECK(schedule.due_by(100'000'499) == 1);
  CHECK(schedule.due_by(100'000'500) == 2);
}

TEST_CASE("a sender that was held up finds everything still due when it should have been") {
  const OpenSchedule schedule(1000, 0);
  CHECK(schedule.due_by(7 * kSecond) == 7001);
  CHECK(schedule.due_ns(1500) == kSecond + kSecond / 2);
}

TEST_CASE("counting and times agree for rates that divide no nanosecond") {
  for (const double rate : {3.0, 7.0, 0.3, 999'983.0, 1e6 / 3}) {
    const OpenSchedule schedule(rate, 12'345);
    for (uint64_t index = 0; index < 5000; index += 7) {
      const int64_t due_ns = schedule.due_ns(index);
      CAPTURE(rate, index);
      CHECK(schedule.due_by(due_ns) == index + 1);
      CHECK(schedule.due_by(due_ns - 1) == index);
    }
  }
}

}  // namespace
}  // namespace relay
