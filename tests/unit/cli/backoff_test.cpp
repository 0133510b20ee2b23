#include "cli/client/backoff.h"

#include <algorithm>

#include "support/catch.h"

namespace relay {
namespace {

TEST_CASE("pauses double up to ten seconds and lose at most half to chance") {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Backoff backoff(seed);
    int64_t full_us = Backoff::kFirstUs;
    for (int attempt = 0; attempt < 10; ++attempt) {
      const int64_t pause_us = backoff.next_us();
      CHECK(pause_us >= full_us / 2);
      CHECK(pause_us <= full_us);
      full_us = std::min(full_us * 2, Backoff::kLongestUs);
    }
  }
}

TEST_CASE("clients do not come back at the same moment") {
  CHECK(Backoff(1).next_us() != Backoff(2).next_us());
}

TEST_CASE("a connection that worked starts the pauses over") {
  Backoff backoff(1);
  for (int i = 0; i < 10; ++i) (void)backoff.next_us();
  backoff.reset();
  CHECK(backoff.next_us() <= Backoff::kFirstUs);
}

}  // namespace
}  // namespace relay
