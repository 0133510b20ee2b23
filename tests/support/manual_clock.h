#pragma once

#include <atomic>

#include "base/clock.h"

namespace relay::test {

/// Time that passes when the test says so. Both clocks go together unless one is set.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] int64_t wall_us() const override { return wall_us_; }
  [[nodiscard]] int64_t monotonic_us() const override { return monotonic_us_; }

  void advance_us(int64_t us) {
    wall_us_ += us;
    monotonic_us_ += us;
  }
  void set_wall_us(int64_t us) { wall_us_ = us; }

 private:
  std::atomic<int64_t> wall_us_{1772582400'000000};  // 2026-03-04T00:00:00Z
  std::atomic<int64_t> monotonic_us_{1'000'000};
};

}  // namespace relay::test
