#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "cli/bench/event_text.h"
#include "cli/bench/latency_window.h"
#include "cli/bench/load_link.h"

namespace relay {

/// A client that receives: counts the events, checks that their numbers rise, and notes their latencies. Once
/// it only counts bytes, how many events they were must be told from a subscriber that reads.
class BenchSubscriber final : public LinkOwner {
 public:
  BenchSubscriber(LoadLoop& loop, const BenchTarget& target, LatencyWindow& latency);

  void on_payload(std::string_view payload) override;
  void on_answered(uint64_t, uint64_t) override {}

  [[nodiscard]] LoadLink& link() { return *link_; }
  [[nodiscard]] const LoadLink& link() const { return *link_; }
  /// Forgets what it has counted, not what number comes next.
  void start_counting();
  [[nodiscard]] uint64_t events() const { return events_; }
  [[nodiscard]] uint64_t bytes() const { return link_->received_bytes() - bytes_before_; }
  /// One more than the highest number seen.
  [[nodiscard]] uint64_t next_number() const { return next_number_; }
  /// Events that came after a later one, or twice.
  [[nodiscard]] uint64_t order_violations() const { return order_violations_; }

 private:
  LoadLoop& loop_;
  LatencyWindow& latency_;
  std::unique_ptr<LoadLink> link_;
  StampFinder finder_;
  uint64_t events_ = 0;
  uint64_t bytes_before_ = 0;
  uint64_t next_number_ = 0;
  uint64_t order_violations_ = 0;
};

}  // namespace relay
