#include "net/flush_queue.h"

#include <memory>
#include <vector>

#include "support/catch.h"
#include "support/connection_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

/// Connections that have a ping to write when told so.
struct Crowd {
  explicit Crowd(size_t size) {
    while (benches.size() < size) benches.push_back(std::make_unique<ConnectionBench>());
  }
  Connection& operator[](size_t i) { return benches[i]->connection; }
  void ping(size_t i) { benches[i]->connection.ping(); }
  [[nodiscard]] size_t writes(size_t i) const { return benches[i]->wire.writes; }
  [[nodiscard]] size_t bytes(size_t i) const { return benches[i]->wire.sent.size(); }

  std::vector<std::unique_ptr<ConnectionBench>> benches;
};

}  // namespace

TEST_CASE("with time to spare patient connections have their turn at once, and each is flushed once") {
  ManualClock clock;
  FlushQueue queue(clock, 20'000);
  Crowd crowd(2);
  for (size_t i = 0; i < 2; ++i) {
    crowd.ping(i);
    queue.add_patient(crowd[i]);
    queue.add_patient(crowd[i]);
  }
  CHECK_FALSE(queue.flush_due(nullptr));
  CHECK(queue.empty());
  CHECK(crowd.writes(0) == 1);
  CHECK(crowd.writes(1) == 1);
}

TEST_CASE("while patient connections wait, urgent ones are flushed with all they have") {
  ManualClock clock;
  FlushQueue queue(clock, 20'000);
  Crowd crowd(2);
  // Writing took ten milliseconds: the next flush waits.
  queue.add_patient(crowd[0]);
  CHECK_FALSE(queue.flush_due(nullptr));
  crowd.ping(0);
  queue.add_patient(crowd[0]);
  queue.count_dispatched(1);
  const auto slow = [&clock] { clock.advance_us(40'000); };
  Crowd many(65);
  for (size_t i = 0; i < 65; ++i) queue.add_patient(many[i]);
  CHECK_FALSE(queue.flush_due(slow));
  CHECK(crowd.writes(0) == 1);

  for (size_t i = 0; i < 2; ++i) {
    crowd.ping(i);
    queue.add_patient(crowd[i]);
  }
  queue.count_dispatched(1);
  queue.add_urgent(crowd[1]);
  CHECK(queue.flush_due(nullptr) > 0);
  CHECK(crowd.writes(0) == 1);
  CHECK(crowd.writes(1) == 1);
  CHECK_FALSE(queue.empty());
  clock.advance_us(20'000);
  CHECK_FALSE(queue.flush_due(nullptr));
  CHECK(crowd.writes(0) == 2);
  CHECK(crowd.writes(1) == 1);
  CHECK(queue.empty());
}

TEST_CASE("what a look around finds goes along to those who have not had their turn") {
  ManualClock clock;
  FlushQueue queue(clock, 20'000);
  Crowd crowd(130);
  for (size_t i = 0; i < 130; ++i) {
    crowd.ping(i);
    queue.add_patient(crowd[i]);
  }
  int looks = 0;
  CHECK(queue.flush_due([&] {
    if (++looks > 1) return;
    for (const size_t i : {size_t{0}, size_t{129}}) {
      crowd.ping(i);
      queue.add_patient(crowd[i]);
    }
  }) == 0);  // the first one has its next turn at once, as nothing here takes time
  CHECK(looks == 2);
  CHECK(crowd.writes(129) == 1);
  CHECK(crowd.bytes(129) == 2 * crowd.bytes(1));
  CHECK(crowd.writes(0) == 1);
  CHECK_FALSE(queue.empty());
  (void)queue.flush_due(nullptr);
  CHECK(crowd.writes(0) == 2);
}
