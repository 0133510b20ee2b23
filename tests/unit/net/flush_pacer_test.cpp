#include "net/flush_pacer.h"

#include "support/catch.h"

using namespace relay;

namespace {

constexpr int64_t kMs = 1000;

/// A shard that flushes when its pacer says so, with a flush that always takes the same time.
struct Shard {
  explicit Shard(int64_t flush_cost_us) : cost_us(flush_cost_us) {}

  /// Events at fixed intervals; returns how many flushes they took.
  int run(int events, int64_t interval_us) {
    int flushes = 0;
    int64_t next_event_us = now_us;
    for (size_t waiting = 0; events > 0 || waiting > 0;) {
      for (; events > 0 && next_event_us <= now_us; --events, next_event_us += interval_us) ++waiting;
      const int64_t delay_us = waiting == 0 ? next_event_us - now_us : pacer.delay_us(now_us, waiting);
      longest_delay_us = waiting == 0 ? longest_delay_us : std::max(longest_delay_us, delay_us);
      if (delay_us > 0) {
        now_us += events > 0 ? std::min(delay_us, std::max<int64_t>(next_event_us - now_us, 1)) : delay_us;
        continue;
      }
      pacer.flushed(now_us, now_us + cost_us, waiting);
      now_us += cost_us;
      waiting = 0;
      ++flushes;
    }
    return flushes;
  }

  FlushPacer pacer{20 * kMs};
  int64_t cost_us;
  int64_t now_us = 1000 * kMs;
  int64_t longest_delay_us = 0;
};

}  // namespace

TEST_CASE("a shard with time to spare writes each event at once") {
  Shard shard(7 * kMs);
  CHECK(shard.run(50, 100 * kMs) == 50);
  CHECK(shard.longest_delay_us == 0);
}

TEST_CASE("a flush that costs next to nothing is never delayed") {
  Shard shard(100);
  CHECK(shard.run(1000, 200) == 1000);
  CHECK(shard.longest_delay_us == 0);
}

TEST_CASE("a shard that could write all the time lets events gather, and writes for half of it") {
  Shard shard(7 * kMs);
  const int64_t begun_us = shard.now_us;
  const int flushes = shard.run(1000, 5 * kMs);
  const int64_t spent_us = flushes * shard.cost_us;
  CHECK(spent_us * 100 < (shard.now_us - begun_us) * 55);
  CHECK(shard.longest_delay_us > 0);
  CHECK(shard.longest_delay_us <= 7 * kMs);
}

TEST_CASE("no event waits longer than the longest delay allowed") {
  Shard shard(19 * kMs);
  shard.run(100, 10 * kMs);
  CHECK(shard.longest_delay_us > 10 * kMs);
  CHECK(shard.longest_delay_us <= 20 * kMs);
}

TEST_CASE("a flush that takes long enough to gather events by itself is not delayed") {
  Shard shard(80 * kMs);
  shard.run(200, 10 * kMs);  // until the shard knows
  shard.longest_delay_us = 0;
  shard.run(200, 10 * kMs);
  CHECK(shard.longest_delay_us == 0);
}

TEST_CASE("what has gathered enough is written without a pause") {
  FlushPacer pacer(20 * kMs);
  pacer.flushed(0, 10 * kMs, 1);
  CHECK(pacer.delay_us(10 * kMs, 1) > 0);
  CHECK(pacer.delay_us(10 * kMs, 32) == 0);
}

TEST_CASE("waiting that gathers nothing is given up, and tried again now and then") {
  FlushPacer pacer(20 * kMs);
  int64_t now_us = 0;
  int waits = 0;
  // The publisher sends its next event when it has seen the last.
  for (int i = 0; i < 1000; ++i) {
    if (const int64_t delay_us = pacer.delay_us(now_us, 1); delay_us > 0) {
      ++waits;
      now_us += delay_us;
      REQUIRE(pacer.delay_us(now_us, 1) == 0);
    }
    pacer.flushed(now_us, now_us + 2 * kMs, 1);
    now_us += 2 * kMs;
  }
  CHECK(waits > 1000 / 32);
  CHECK(waits < 150);
}

TEST_CASE("without a delay allowed nothing waits") {
  FlushPacer pacer(0);
  pacer.flushed(0, 50 * kMs, 1);
  CHECK(pacer.delay_us(50 * kMs, 1) == 0);
}
