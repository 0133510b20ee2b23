#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace relay {

/// Durations in ns in log-linear buckets: exact below 128 ns, above that 128 buckets to each power of two, so
/// that a percentile is at most 0.4 % from a value that was recorded. Everything an int64_t holds fits;
/// adding is a few instructions and no allocation.
class LatencyHistogram {
 public:
  LatencyHistogram();

  /// Negative durations count as 0.
  void add(int64_t ns, uint64_t count = 1);
  /// All that `other` has recorded.
  void add(const LatencyHistogram& other);
  [[nodiscard]] uint64_t count() const { return count_; }
  [[nodiscard]] int64_t max_ns() const { return max_ns_; }
  [[nodiscard]] double mean_ns() const;
  /// The duration that `percent` (0 to 100) of the recorded ones do not exceed; 0 when there are none.
  [[nodiscard]] int64_t percentile_ns(double percent) const;

 private:
  static constexpr int kSubBits = 7;
  static constexpr size_t kSubBuckets = size_t{1} << kSubBits;

  [[nodiscard]] static size_t bucket_of(uint64_t ns);
  [[nodiscard]] static int64_t middle_of(size_t bucket);

  std::vector<uint64_t> counts_;
  uint64_t count_ = 0;
  double sum_ns_ = 0;
  int64_t max_ns_ = 0;
};

}  // namespace relay
