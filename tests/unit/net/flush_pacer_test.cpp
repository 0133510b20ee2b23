#include "net/flush_pacer.h"

#include "support/catch.h"

using namespace relay;

namespace {

constexpr int64_t kMs = 1000;

/// A pacer that has seen `connections` written to, at `cost_us` each, often enough to believe it.
FlushPacer seasoned(size_t connections, int64_t cost_us, int64_t max_delay_us = 20 * kMs) {
  FlushPacer pacer(max_delay_us);
  pacer.dispatched(connections);
  for (int i = 0; i < 100; ++i) pacer.wrote(64, 64 * cost_us);
  return pacer;
}

}  // namespace

TEST_CASE("a shard that has written nothing yet lets nobody wait") {
  CHECK(FlushPacer(20 * kMs).interval_us() == 0);
}

TEST_CASE("between two writes to a client lies twice the time that a write to everybody takes") {
  const int64_t interval_us = seasoned(1000, 7).interval_us();
  CHECK(interval_us > 13 * kMs);
  CHECK(interval_us <= 14 * kMs);
}

TEST_CASE("few clients are not worth a wait") { CHECK(seasoned(50, 7).interval_us() == 0); }

TEST_CASE("no client waits longer than the longest delay allowed") {
  CHECK(seasoned(10'000, 9).interval_us() == 20 * kMs);
  CHECK(seasoned(10'000, 9, 0).interval_us() == 0);
}

TEST_CASE("once fewer clients wait the interval falls") {
  FlushPacer pacer = seasoned(1000, 7);
  for (int i = 0; i < 100; ++i) pacer.dispatched(10);
  CHECK(pacer.interval_us() == 0);
}

TEST_CASE("waiting that gathers nothing is given up, and tried again now and then") {
  FlushPacer pacer = seasoned(1000, 7);
  int waits = 0;
  // The publisher sends its next event when everybody has seen the last.
  for (int i = 0; i < 1000; ++i) {
    pacer.dispatched(1000);
    if (pacer.interval_us() == 0) continue;
    ++waits;
    pacer.waited(false);
  }
  CHECK(waits > 1000 / 40);
  CHECK(waits < 100);
}

TEST_CASE("waiting that gathers something every other time goes on") {
  FlushPacer pacer = seasoned(1000, 7);
  for (int i = 0; i < 1000; ++i) {
    pacer.dispatched(1000);
    REQUIRE(pacer.interval_us() > 0);
    pacer.waited(i % 2 == 0);
  }
}
