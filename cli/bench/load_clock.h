#pragma once

#include <chrono>
#include <cstdint>

namespace relay {

/// Nanoseconds since it was made: small numbers, which JavaScript and JSON carry exactly. The load client's
/// loop owns the one of a run; all else gets times as arguments.
class LoadClock {
 public:
  [[nodiscard]] int64_t now_ns() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start_)
        .count();
  }

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

constexpr int64_t kNsPerSecond = 1'000'000'000;

[[nodiscard]] constexpr int64_t seconds_to_ns(double seconds) {
  return static_cast<int64_t>(seconds * static_cast<double>(kNsPerSecond));
}

}  // namespace relay
