#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/bench/bench_options.h"
#include "cli/bench/bench_progress.h"
#include "cli/bench/bench_report.h"
#include "cli/bench/bench_target.h"
#include "cli/bench/load_loop.h"
#include "cli/bench/process_usage.h"

namespace relay {

/// One run of `senecactl bench`, on one thread. Every phase is bounded: connecting by the number of
/// connections, warming up and measuring by the options, waiting for what is on its way by the timeout.
class BenchRun {
 public:
  BenchRun(LoadLoop& loop, const BenchTarget& target, const BenchOptions& options, BenchProgress& progress)
      : loop_(loop), target_(target), options_(options), progress_(progress) {}
  virtual ~BenchRun() = default;
  BenchRun(const BenchRun&) = delete;
  BenchRun& operator=(const BenchRun&) = delete;

  /// Errors: `unreachable`, `denied`, `no_delivery`, `interrupted`. A run that was cut
  /// short by the server has a report, with its problem.
  [[nodiscard]] virtual Result<BenchReport> run() = 0;

 protected:
  /// What this process and the server have used up to a point in time.
  struct Moment {
    int64_t at_ns = 0;
    double own_cpu_s = 0;
    std::optional<ProcessUsage> server;
  };

  [[nodiscard]] Moment moment() const;
  [[nodiscard]] static double seconds_between(const Moment& from, const Moment& to);
  [[nodiscard]] tl::unexpected<Error> interrupted() const;

  [[nodiscard]] BenchReport begin_report(uint64_t clients) const;
  static void add_usage(BenchReport& report, const Moment& from, const Moment& to);
  void show(const std::string& text);

  LoadLoop& loop_;
  const BenchTarget& target_;
  const BenchOptions& options_;

 private:
  BenchProgress& progress_;
};

[[nodiscard]] std::unique_ptr<BenchRun> make_bench_run(LoadLoop& loop, const BenchTarget& target,
                                                       const BenchOptions& options, BenchProgress& progress);

}  // namespace relay
