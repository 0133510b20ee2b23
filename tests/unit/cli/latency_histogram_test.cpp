#include "cli/bench/latency_histogram.h"

#include <cmath>
#include <limits>

#include "support/catch.h"

namespace relay {
namespace {

TEST_CASE("a percentile is within one percent of what was recorded, from nanoseconds to hours") {
  for (int64_t ns = 1; ns < 20'000'000'000'000; ns = ns * 21 / 20 + 1) {
    LatencyHistogram histogram;
    histogram.add(ns);
    histogram.add(ns * 4);  // so that the maximum does not cap it
    const auto found = static_cast<double>(histogram.percentile_ns(50));
    CAPTURE(ns, found);
    CHECK(std::abs(found - static_cast<double>(ns)) <= 0.01 * static_cast<double>(ns));
  }
}

TEST_CASE("percentiles split the values as their names say") {
  LatencyHistogram histogram;
  for (int64_t us = 1; us <= 1000; ++us) histogram.add(us * 1000);
  CHECK(histogram.percentile_ns(50) == Approx(500'000).epsilon(0.01));
  CHECK(histogram.percentile_ns(99) == Approx(990'000).epsilon(0.01));
  CHECK(histogram.percentile_ns(100) == Approx(1'000'000).epsilon(0.01));
  CHECK(histogram.percentile_ns(0) == Approx(1000).epsilon(0.01));
  CHECK(histogram.max_ns() == 1'000'000);
  CHECK(histogram.mean_ns() == Approx(500'500));
}

TEST_CASE("a histogram without values says 0") {
  const LatencyHistogram histogram;
  CHECK(histogram.count() == 0);
  CHECK(histogram.percentile_ns(99) == 0);
  CHECK(histogram.mean_ns() == 0);
}

TEST_CASE("extreme durations have a bucket") {
  LatencyHistogram histogram;
  histogram.add(std::numeric_limits<int64_t>::max());
  histogram.add(-5);
  CHECK(histogram.percentile_ns(1) == 0);
  CHECK(histogram.percentile_ns(100) > std::numeric_limits<int64_t>::max() / 100 * 99);
}

TEST_CASE("histograms can be joined") {
  LatencyHistogram a;
  LatencyHistogram b;
  a.add(1000, 3);
  b.add(9000);
  a.add(b);
  CHECK(a.count() == 4);
  CHECK(a.max_ns() == 9000);
  CHECK(a.mean_ns() == Approx(3000));
}

}  // namespace
}  // namespace relay
