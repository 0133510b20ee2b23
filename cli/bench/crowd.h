#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/bench/latency_histogram.h"
#include "cli/bench/load_link.h"

namespace relay {

/// Connects many links, a few at a time, and notes how long each took or why it failed.
class Crowd {
 public:
  struct Limits {
    double timeout_s = 5;  ///< for one handshake; all together have 10 ms more for each
    size_t at_once = 128;
    bool go_on = false;  ///< after a failure
  };

  Crowd(LoadLoop& loop, const BenchTarget& target, const Limits& limits)
      : loop_(loop), target_(target), limits_(limits) {}

  /// Returns when every link is ready or closed, time is up, or one failed and the others need not be tried.
  /// `on_turn` is called often. Without `go_on` anything but success is an error, as is success of none:
  /// `unreachable`, `denied`, `interrupted`.
  [[nodiscard]] Status open(
      const std::vector<LoadLink*>& links, const std::function<void()>& on_turn = [] {});

  [[nodiscard]] uint64_t ready() const { return ready_; }
  [[nodiscard]] const LatencyHistogram& handshakes() const { return handshakes_; }
  [[nodiscard]] const std::map<std::string, uint64_t>& failures() const { return failures_; }
  /// From the first attempt to the last success.
  [[nodiscard]] double elapsed_s() const;

 private:
  void settle(int64_t now_ns);
  [[nodiscard]] Status verdict(size_t wanted) const;

  LoadLoop& loop_;
  const BenchTarget& target_;
  const Limits limits_;
  std::vector<LoadLink*> opening_;
  LatencyHistogram handshakes_;
  std::map<std::string, uint64_t> failures_;
  uint64_t ready_ = 0;
  int64_t begin_ns_ = 0;
  int64_t end_ns_ = 0;
  bool denied_ = false;
};

}  // namespace relay
