#include "net/flush_queue.h"

#include <memory>
#include <vector>

#include "support/catch.h"
#include "support/connection_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

constexpr int64_t kMs = 1000;
constexpr int64_t kWriteUs = 100;

struct SlowBench final : ConnectionBench {
  explicit SlowBench(ManualClock& its_clock) : clock(its_clock) {}
  void count_write(size_t, bool) override { clock.advance_us(kWriteUs); }
  ManualClock& clock;
};

/// Connections that have a ping to write when told so, which takes a tenth of a millisecond each, and their
/// queue: it lets a client wait for 20 ms after its last turn once it knows that there are 100 of them.
struct Crowd {
  explicit Crowd(size_t size) {
    while (benches.size() < size) benches.push_back(std::make_unique<SlowBench>(clock));
  }
  Connection& operator[](size_t i) { return benches[i]->connection; }
  void ping(size_t i) {
    benches[i]->connection.ping();
    queue.add_patient(benches[i]->connection);
  }
  /// One event for everybody.
  void ping_all() {
    for (size_t i = 0; i < benches.size(); ++i) ping(i);
    queue.count_dispatched(1);
  }
  [[nodiscard]] size_t writes(size_t i) const { return benches[i]->wire.writes; }
  [[nodiscard]] size_t bytes(size_t i) const { return benches[i]->wire.sent.size(); }
  /// Has everybody written to, over and over, a second apart: at the end the cost is known.
  void season() {
    for (int round = 0; round < 50; ++round) {
      clock.advance_us(1000 * kMs);
      ping_all();
      REQUIRE_FALSE(queue.flush_due(nullptr));
    }
    before = writes(0);
  }

  ManualClock clock;
  FlushQueue queue{clock, 20 * kMs};
  std::vector<std::unique_ptr<SlowBench>> benches;
  size_t before = 0;
};

}  // namespace

TEST_CASE("with time to spare patient connections have their turn at once, and each is flushed once") {
  Crowd crowd(2);
  for (const size_t i : {0, 1, 0, 1}) crowd.ping(i);
  CHECK_FALSE(crowd.queue.flush_due(nullptr));
  CHECK(crowd.queue.empty());
  CHECK(crowd.writes(0) == 1);
  CHECK(crowd.writes(1) == 1);
}

TEST_CASE("who was written to a moment ago waits for the next turn, and then gets all that came") {
  Crowd crowd(100);
  crowd.season();
  crowd.clock.advance_us(1000 * kMs);
  crowd.ping_all();
  REQUIRE_FALSE(crowd.queue.flush_due(nullptr));
  // That took 10 ms of the 20 between two turns.
  crowd.ping_all();
  const auto wait_us = crowd.queue.flush_due(nullptr);
  REQUIRE(wait_us > 9 * kMs);
  REQUIRE(wait_us <= 10 * kMs);
  crowd.ping_all();
  crowd.clock.advance_us(*wait_us - 1);
  CHECK(crowd.queue.flush_due(nullptr) == 1);
  CHECK(crowd.writes(0) == crowd.before + 1);
  crowd.clock.advance_us(1);
  CHECK_FALSE(crowd.queue.flush_due(nullptr));
  for (const size_t i : {0, 99}) {
    CHECK(crowd.writes(i) == crowd.before + 2);
    CHECK(crowd.bytes(i) == 2 * (crowd.before + 3));
  }
}

TEST_CASE("while patient connections wait, urgent ones are flushed with all they have") {
  Crowd crowd(100);
  crowd.season();
  crowd.ping_all();
  crowd.queue.add_urgent(crowd[7]);
  CHECK(crowd.queue.flush_due(nullptr) > 0);
  CHECK(crowd.writes(0) == crowd.before);
  CHECK(crowd.writes(7) == crowd.before + 1);
  CHECK(FlushQueue::queued(crowd[7]));
  crowd.clock.advance_us(20 * kMs);
  (void)crowd.queue.flush_due(nullptr);
  CHECK(crowd.writes(0) == crowd.before + 1);
  CHECK(crowd.writes(7) == crowd.before + 1);
}

TEST_CASE("one that is urgent again and again does not put off those behind it") {
  Crowd crowd(100);
  crowd.season();
  crowd.ping_all();
  for (int i = 0; i < 30; ++i) {
    crowd[0].ping();
    crowd.queue.add_urgent(crowd[0]);
    (void)crowd.queue.flush_due(nullptr);
    crowd.clock.advance_us(1 * kMs);
  }
  CHECK(crowd.writes(99) == crowd.before + 1);
}

TEST_CASE("flush_all waits for nobody's turn") {
  Crowd crowd(100);
  crowd.season();
  crowd.ping_all();
  CHECK(crowd.queue.waiting_events() == 1);
  crowd.queue.flush_all();
  CHECK(crowd.queue.empty());
  CHECK(crowd.queue.waiting_events() == 0);
  CHECK(crowd.writes(99) == crowd.before + 1);
}

TEST_CASE("what a look around finds goes along to those who have not had their turn") {
  Crowd crowd(130);
  crowd.ping_all();
  int looks = 0;
  CHECK(crowd.queue.flush_due([&] {
    if (++looks > 1) return;
    crowd.ping(0);
    crowd.ping(129);
  }));
  CHECK(looks == 2);
  CHECK(crowd.writes(129) == 1);
  CHECK(crowd.bytes(129) == 2 * crowd.bytes(1));
  CHECK(crowd.writes(0) == 1);
  CHECK_FALSE(crowd.queue.empty());
  crowd.clock.advance_us(20 * kMs);
  CHECK_FALSE(crowd.queue.flush_due(nullptr));
  CHECK(crowd.writes(0) == 2);
}
