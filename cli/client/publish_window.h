#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "base/histogram.h"

namespace relay {

/// The publish requests that wait for their answer, at most kMost, and how long answers took.
class PublishWindow {
 public:
  static constexpr size_t kMost = 1024;

  [[nodiscard]] bool has_room() const { return sent_us_.size() < kMost; }
  [[nodiscard]] bool empty() const { return sent_us_.empty(); }
  [[nodiscard]] size_t size() const { return sent_us_.size(); }

  void sent(uint64_t id, int64_t now_us) { sent_us_.emplace(id, now_us); }
  /// The answer to `id` came: its latency in µs, or -1 when nobody waits for it.
  int64_t answered(uint64_t id, int64_t now_us) {
    const auto found = sent_us_.find(id);
    if (found == sent_us_.end()) return -1;
    const int64_t latency_us = now_us - found->second;
    sent_us_.erase(found);
    latencies_us_.record(static_cast<uint64_t>(latency_us));
    return latency_us;
  }
  [[nodiscard]] const Histogram& latencies_us() const { return latencies_us_; }

 private:
  std::unordered_map<uint64_t, int64_t> sent_us_;
  Histogram latencies_us_;
};

}  // namespace relay
