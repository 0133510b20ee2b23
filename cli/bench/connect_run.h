#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cli/bench/bench_run.h"
#include "cli/bench/bench_subscriber.h"
#include "cli/bench/crowd.h"

namespace relay {

/// Connections as fast as the server makes them, then held idle: what each costs it.
class ConnectRun final : public BenchRun {
 public:
  ConnectRun(LoadLoop& loop, const BenchTarget& target, const BenchOptions& options, BenchProgress& progress);

  [[nodiscard]] Result<BenchReport> run() override;

 private:
  void hold();
  [[nodiscard]] BenchReport report(const Crowd& crowd, const Moment& before, const Moment& connected,
                                   const Moment& held) const;

  const uint64_t clients_;
  LatencyWindow latency_;
  std::vector<std::unique_ptr<BenchSubscriber>> subscribers_;
};

}  // namespace relay
