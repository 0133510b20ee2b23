#pragma once

#include <cstdint>
#include <limits>

#include "cli/bench/latency_histogram.h"

namespace relay {

/// The latencies of the events that were due while a run was measured, whenever they arrive.
class LatencyWindow {
 public:
  void open(int64_t from_ns, int64_t to_ns) {
    from_ns_ = from_ns;
    to_ns_ = to_ns;
  }
  void record(int64_t due_ns, int64_t now_ns, uint64_t events = 1) {
    if (due_ns >= from_ns_ && due_ns < to_ns_) histogram_.add(now_ns - due_ns, events);
  }
  [[nodiscard]] const LatencyHistogram& histogram() const { return histogram_; }

 private:
  LatencyHistogram histogram_;
  int64_t from_ns_ = std::numeric_limits<int64_t>::max();
  int64_t to_ns_ = 0;
};

}  // namespace relay
