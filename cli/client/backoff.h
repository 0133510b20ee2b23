#pragma once

#include <cstdint>

namespace relay {

/// Pauses between attempts to reconnect: they double from 0.25 s to 10 s, and each is shortened at random by
/// up to half, so that the clients of a restarted relay do not come back all at once.
class Backoff {
 public:
  static constexpr int64_t kFirstUs = 250'000;
  static constexpr int64_t kLongestUs = 10'000'000;

  explicit Backoff(uint64_t seed) : state_(seed) {}

  /// The next pause.
  [[nodiscard]] int64_t next_us();
  /// A connection worked: start over.
  void reset() { pause_us_ = kFirstUs; }

 private:
  uint64_t state_;
  int64_t pause_us_ = kFirstUs;
};

}  // namespace relay
