#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/bench/bench_publisher.h"
#include "cli/bench/bench_run.h"
#include "cli/bench/bench_subscriber.h"

namespace relay {

/// One publisher and many subscribers: as many deliveries as the server can make, or their latencies at a
/// fixed rate. Some subscribers are checked event by event. The others only count bytes; what those are in
/// events is told from the checked ones, who get the same stream.
class FanoutRun final : public BenchRun {
 public:
  FanoutRun(LoadLoop& loop, const BenchTarget& target, const BenchOptions& options, BenchProgress& progress);

  [[nodiscard]] Result<BenchReport> run() override;

 private:
  struct Received {
    uint64_t events = 0;         // by checked subscribers
    uint64_t checked_bytes = 0;  // by the same
    uint64_t counted_bytes = 0;  // by the others
  };
  struct Snapshot {
    Moment moment;
    uint64_t published = 0;
    Received received;
  };

  [[nodiscard]] Status connect();
  [[nodiscard]] Status probe();
  void start_counting();
  void drive(int64_t until_ns);
  void drain();
  void tend();
  void reassure();
  void notice_end(int64_t now_ns);

  [[nodiscard]] Snapshot snapshot() const;
  [[nodiscard]] uint64_t lowest_next() const;
  [[nodiscard]] uint64_t lost() const;
  [[nodiscard]] uint64_t silent() const;
  [[nodiscard]] bool ended() const { return !problem_.empty() || loop_.interrupted(); }
  [[nodiscard]] BenchReport report(const Snapshot& from, const Snapshot& to);
  void judge(BenchReport& report);

  const uint64_t clients_;
  const uint64_t checked_count_;
  const PublishPace pace_;
  LatencyWindow latency_;
  std::vector<std::unique_ptr<BenchSubscriber>> subscribers_;
  std::vector<BenchSubscriber*> checked_;
  BenchPublisher publisher_;
  uint64_t published_before_ = 0;  // the probe
  uint64_t overdue_ = 0;
  Moment before_;
  Moment connected_;
  int64_t next_tend_ns_ = 0;
  size_t reassured_ = 0;   // a cursor over the subscribers
  uint64_t progress_ = 0;  // lowest_next() when it last rose
  int64_t progress_ns_ = 0;
  std::string problem_;
};

}  // namespace relay
