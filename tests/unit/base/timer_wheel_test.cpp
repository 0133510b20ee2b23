#include <functional>
#include <memory>
#include <vector>

#include "base/timer_wheel.h"
#include "support/catch.h"

using namespace relay;

namespace {

constexpr int64_t kSlot = TimerWheel::kSlotUs;

struct Alarm final : Timer {
  void expired(int64_t now_us) override {
    fired.push_back(now_us);
    if (on_fire) on_fire();
  }
  std::vector<int64_t> fired;
  std::function<void()> on_fire;
};

}  // namespace

TEST_CASE("a timer is never early and at most a slot late") {
  for (const int64_t delay : {int64_t{1}, kSlot - 1, kSlot, kSlot + 1, 7 * kSlot + 3, int64_t{25'000'000}}) {
    TimerWheel wheel(1'000'000);
    Alarm alarm;
    const int64_t deadline = 1'000'000 + delay;
    wheel.arm(alarm, deadline);
    int64_t now = 1'000'000;
    for (; alarm.fired.empty() && now < deadline + 10 * kSlot; now += 1000) wheel.advance(now);
    CAPTURE(delay);
    REQUIRE(alarm.fired.size() == 1);
    CHECK(alarm.fired[0] >= deadline);
    CHECK(alarm.fired[0] <= deadline + kSlot);
    CHECK_FALSE(alarm.armed());
  }
}

TEST_CASE("a disarmed timer does not fire") {
  TimerWheel wheel(0);
  Alarm alarm;
  wheel.arm(alarm, 10'000);
  CHECK(alarm.armed());
  alarm.disarm();
  wheel.advance(1'000'000);
  CHECK(alarm.fired.empty());
}

TEST_CASE("arming again moves the deadline") {
  TimerWheel wheel(0);
  Alarm alarm;
  wheel.arm(alarm, 10'000);
  wheel.arm(alarm, 100'000);
  wheel.advance(50'000);
  CHECK(alarm.fired.empty());
  wheel.advance(100'000);
  CHECK(alarm.fired.size() == 1);
}

TEST_CASE("a deadline further than the wheel turns waits for its round") {
  TimerWheel wheel(0);
  Alarm alarm;
  const int64_t deadline = 45'000'000;  // two turns
  wheel.arm(alarm, deadline);
  for (int64_t now = 0; now < deadline; now += 100'000) wheel.advance(now);
  CHECK(alarm.fired.empty());
  wheel.advance(deadline);
  CHECK(alarm.fired.size() == 1);
}

TEST_CASE("after a long stall everything due fires once") {
  TimerWheel wheel(0);
  Alarm soon, late, future;
  wheel.arm(soon, 10'000);
  wheel.arm(late, 30'000'000);
  wheel.arm(future, 200'000'000);
  wheel.advance(100'000'000);
  CHECK(soon.fired.size() == 1);
  CHECK(late.fired.size() == 1);
  CHECK(future.fired.empty());
}

TEST_CASE("a timer armed for the past from its own callback fires in the next pass, not for ever") {
  TimerWheel wheel(0);
  Alarm alarm;
  alarm.on_fire = [&] { wheel.arm(alarm, 0); };
  wheel.arm(alarm, 5000);
  wheel.advance(5000);
  CHECK(alarm.fired.size() == 1);
  wheel.advance(10'000);
  CHECK(alarm.fired.size() == 2);
}

TEST_CASE("a callback may destroy another timer that is due") {
  TimerWheel wheel(0);
  Alarm first;
  auto second = std::make_unique<Alarm>();
  first.on_fire = [&] { second.reset(); };
  wheel.arm(first, 5000);
  wheel.arm(*second, 5000);
  wheel.advance(10'000);
  CHECK(first.fired.size() == 1);
  CHECK(second == nullptr);
}

TEST_CASE("a timer outlives its wheel unharmed") {
  Alarm alarm;
  {
    TimerWheel wheel(0);
    wheel.arm(alarm, 5000);
  }
  CHECK_FALSE(alarm.armed());
}
