#include "session/drop_ledger.h"

#include "support/catch.h"
#include "support/manual_clock.h"

using namespace relay;
using namespace relay::test;

TEST_CASE("what was dropped one after the other is one run") {
  ManualClock clock;
  DropLedger ledger(clock);
  uint64_t run = ledger.note(0, "a", 5, DropReason::queue_full);
  CHECK(ledger.note(run, "a", 6, DropReason::queue_full) == run);
  CHECK(ledger.note(run, "a", 6, DropReason::queue_full) == run);
  const uint64_t other = ledger.note(0, "b", 7, DropReason::queue_full);
  CHECK(other != run);
  CHECK(ledger.note(run, "a", 7, DropReason::queue_full) == run);
  const auto found = ledger.find("a", 6);
  REQUIRE(found);
  CHECK(found->from == 5);
  CHECK(found->to == 7);
  CHECK(ledger.find("b", 7));
  CHECK_FALSE(ledger.find("a", 4));
  CHECK_FALSE(ledger.find("b", 6));
}

TEST_CASE("a hole or another reason begins a new run") {
  ManualClock clock;
  DropLedger ledger(clock);
  const uint64_t first = ledger.note(0, "a", 1, DropReason::queue_full);
  const uint64_t second = ledger.note(first, "a", 3, DropReason::queue_full);
  CHECK(second != first);
  CHECK_FALSE(ledger.find("a", 2));
  const uint64_t third = ledger.note(second, "a", 4, DropReason::conflated);
  CHECK(third != second);
  CHECK(ledger.find("a", 4)->reason == DropReason::conflated);
}

TEST_CASE("the oldest runs are forgotten") {
  ManualClock clock;
  DropLedger ledger(clock);
  uint64_t first = 0;
  for (uint64_t i = 1; i <= DropLedger::kMaxRuns + 10; ++i) {
    const uint64_t run = ledger.note(0, "a", i * 2, DropReason::queue_full);
    if (i == 1) first = run;
  }
  CHECK_FALSE(ledger.find("a", 20));
  CHECK(ledger.find("a", 22));
  // A run whose place is another's by now is not continued.
  CHECK(ledger.note(first, "a", 3, DropReason::queue_full) != first);
  CHECK(ledger.find("a", 3));
}
