#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/bench/event_text.h"
#include "cli/bench/latency_window.h"
#include "cli/bench/load_link.h"
#include "cli/bench/open_schedule.h"

namespace relay {

/// How a publisher goes about it: at `rate` whatever happens, or, without one, `batch` events whenever no
/// more than `window` are then on their way.
struct PublishPace {
  double rate = 0;
  uint64_t window = 256;
  uint64_t batch = 128;
};

/// A client that publishes numbered events and, if it is to, waits for the server's answers.
class BenchPublisher final : public LinkOwner {
 public:
  BenchPublisher(LoadLoop& loop, const BenchTarget& target, EventText text, const PublishPace& pace,
                 bool confirmed);

  void on_payload(std::string_view) override {}
  void on_answered(uint64_t events, uint64_t refused) override;

  [[nodiscard]] LoadLink& link() { return *link_; }
  /// One event, now.
  void publish_one();
  /// The schedule begins.
  void start();
  /// Publishes what is due or fits; `on_their_way` events have not been seen yet.
  void step(uint64_t on_their_way);
  /// Publishes nothing more and sees to it that the answers come.
  void ask() { link_->ask(); }
  /// When step() has to be called again at the latest.
  [[nodiscard]] int64_t next_step_ns() const;

  [[nodiscard]] uint64_t published() const { return published_; }
  /// Every event there is has been answered.
  [[nodiscard]] bool finished() const { return answered_ >= text_.count(); }
  [[nodiscard]] uint64_t answered() const { return answered_; }
  [[nodiscard]] uint64_t refused() const { return refused_; }
  /// Events that were due by `now_ns` and could not be handed to the kernel: the server reads too slowly.
  [[nodiscard]] uint64_t overdue(int64_t now_ns) const;
  /// From when an event was due to its answer.
  [[nodiscard]] LatencyWindow& answer_latency() { return answer_latency_; }

 private:
  struct Unanswered {
    uint64_t events;
    int64_t due_ns;
  };

  void publish_due();
  void publish();

  static constexpr uint64_t kMaxBurst = 1024;

  LoadLoop& loop_;
  const PublishPace pace_;
  const bool confirmed_;
  EventText text_;
  std::unique_ptr<PublishingLink> link_;
  std::optional<OpenSchedule> schedule_;
  std::vector<int64_t> due_ns_;  // of the batch being published
  std::deque<Unanswered> unanswered_;
  LatencyWindow answer_latency_;
  uint64_t before_schedule_ = 0;  // published before it began
  uint64_t published_ = 0;
  uint64_t answered_ = 0;
  uint64_t refused_ = 0;
};

}  // namespace relay
