#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/bench/bench_publisher.h"
#include "cli/bench/bench_run.h"

namespace relay {

/// How many events a server takes in: publishers that wait for its answers (a pong, an acknowledgement, a
/// 202), and nobody who receives.
class PublishRun final : public BenchRun {
 public:
  PublishRun(LoadLoop& loop, const BenchTarget& target, const BenchOptions& options, BenchProgress& progress);

  [[nodiscard]] Result<BenchReport> run() override;

 private:
  struct Totals {
    Moment moment;
    uint64_t published = 0;
    uint64_t answered = 0;
    uint64_t refused = 0;
  };

  void drive(int64_t until_ns);
  void drain();
  void notice_end();
  [[nodiscard]] Totals totals() const;
  [[nodiscard]] bool ended() const { return !problem_.empty() || loop_.interrupted(); }
  [[nodiscard]] BenchReport report(const Totals& from, const Totals& to);

  [[nodiscard]] bool finished() const;
  [[nodiscard]] double event_bytes() const;

  const uint64_t clients_;
  const PublishPace pace_;
  std::vector<std::unique_ptr<BenchPublisher>> publishers_;
  uint64_t progress_ = 0;  // answers when their number last rose
  int64_t progress_ns_ = 0;
  std::string problem_;
};

}  // namespace relay
