#pragma once

#include <cstddef>
#include <cstdint>

namespace relay {

/// SplitMix64: the same numbers for a seed on every platform, which the standard distributions do not
/// promise.
class DemoRandom {
 public:
  explicit DemoRandom(uint64_t seed) : state_(seed) {}

  [[nodiscard]] uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  /// From `low` to `high`, both included.
  [[nodiscard]] int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(next() % static_cast<uint64_t>(high - low + 1));
  }
  [[nodiscard]] bool chance(int percent) { return between(1, 100) <= percent; }
  template <class Container>
  [[nodiscard]] const auto& pick(const Container& from) {
    return from[next() % from.size()];
  }

 private:
  uint64_t state_;
};

}  // namespace relay
