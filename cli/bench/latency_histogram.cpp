#include "cli/bench/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace relay {

LatencyHistogram::LatencyHistogram() : counts_((64 - kSubBits) * kSubBuckets) {}

size_t LatencyHistogram::bucket_of(uint64_t ns) {
  if (ns < kSubBuckets) return static_cast<size_t>(ns);
  const int exponent = std::bit_width(ns) - 1;  // at least kSubBits
  const auto mantissa = static_cast<size_t>(ns >> (exponent - kSubBits)) & (kSubBuckets - 1);
  return static_cast<size_t>(exponent - kSubBits + 1) * kSubBuckets + mantissa;
}

int64_t LatencyHistogram::middle_of(size_t bucket) {
  if (bucket < kSubBuckets) return static_cast<int64_t>(bucket);
  const auto shift = static_cast<int>(bucket / kSubBuckets) - 1;
  const uint64_t low = (kSubBuckets + bucket % kSubBuckets) << shift;
  return static_cast<int64_t>(low + ((uint64_t{1} << shift) - 1) / 2);
}

void LatencyHistogram::add(int64_t ns, uint64_t count) {
  ns = std::max<int64_t>(ns, 0);
  counts_[bucket_of(static_cast<uint64_t>(ns))] += count;
  count_ += count;
  sum_ns_ += static_cast<double>(ns) * static_cast<double>(count);
  max_ns_ = std::max(max_ns_, ns);
}

void LatencyHistogram::add(const LatencyHistogram& other) {
  for (size_t bucket = 0; bucket < counts_.size(); ++bucket) counts_[bucket] += other.counts_[bucket];
  count_ += other.count_;
  sum_ns_ += other.sum_ns_;
  max_ns_ = std::max(max_ns_, other.max_ns_);
}

double LatencyHistogram::mean_ns() const { return count_ == 0 ? 0 : sum_ns_ / static_cast<double>(count_); }

int64_t LatencyHistogram::percentile_ns(double percent) const {
  if (count_ == 0) return 0;
  const double share = std::ceil(percent / 100 * static_cast<double>(count_));
  const uint64_t rank = std::clamp<uint64_t>(static_cast<uint64_t>(share), 1, count_);
  uint64_t seen = 0;
  for (size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= rank) return std::min(middle_of(bucket), max_ns_);
  }
  return max_ns_;
}

}  // namespace relay
