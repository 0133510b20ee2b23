#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace relay {

/// Counts values in buckets of at most 1/16 relative width, as HDR histograms do: percentiles of any range in
/// a fixed 8 KiB. Not thread-safe.
class Histogram {
 public:
  void record(uint64_t value) {
    ++counts_[bucket(value)];
    ++total_;
    max_ = std::max(max_, value);
  }
  /// The smallest bucket bound that `percent` of the values do not exceed; 0 when empty.
  [[nodiscard]] uint64_t percentile(double percent) const {
    const auto wanted = static_cast<uint64_t>(static_cast<double>(total_) * percent / 100.0);
    uint64_t seen = 0;
    for (size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted || (seen == total_ && total_ != 0)) return std::min(upper_bound(i), max_);
    }
    return 0;
  }
  [[nodiscard]] uint64_t count() const { return total_; }
  [[nodiscard]] uint64_t max() const { return max_; }

 private:
  static constexpr size_t kSub = 16;

  static size_t bucket(uint64_t value) {
    if (value < kSub) return static_cast<size_t>(value);
    const auto shift = static_cast<size_t>(std::bit_width(value)) - 5;
    return (shift + 1) * kSub + static_cast<size_t>(value >> shift) - kSub;
  }
  static uint64_t upper_bound(size_t bucket) {
    if (bucket < kSub) return bucket;
    const size_t shift = bucket / kSub - 1;
    return ((static_cast<uint64_t>(bucket % kSub + kSub) + 1) << shift) - 1;
  }

  std::array<uint64_t, 61 * kSub> counts_{};
  uint64_t total_ = 0;
  uint64_t max_ = 0;
};

}  // namespace relay
