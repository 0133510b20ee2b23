#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "hub/hub.h"
#include "ingest/source.h"
#include "net/admin.h"
#include "net/shard.h"
#include "pipeline/pipeline.h"
#include "server/admin_stats.h"
#include "server/plugin_sinks.h"
#include "server/plugin_sources.h"
#include "server/relay_report.h"

namespace relay {

class JournalLog;

/// Answers questions about the whole relay on a thread of its own, and samples the rates once a second.
///
/// Bounded: kMaxQuestions wait, more are refused. A thread that does not report within kPatience is left out
/// of the answer. The mutex guards the queue only.
class AdminDesk final : public Admin {
 public:
  struct Parts {
    Pipeline& pipeline;
    const Intake& intake;
    const Log& log;
    const Log& dead_letters;
    const JournalLog* journal;  ///< null: the log is in memory only
    const Hub& hub;
    const Clock& clock;
    std::vector<Shard*> shards;
    std::vector<const Source*> sources;
    const PluginSources& plugin_sources;
    const PluginSinks& plugin_sinks;
    const AdminAccess* access;  ///< null: the Admin UI is not enabled
    std::string admin_namespace;
  };

  /// `take_order` keeps an order for the control thread, or says that it cannot; any thread may call it.
  explicit AdminDesk(std::function<bool(PluginOrder)> take_order) : take_order_(std::move(take_order)) {}
  ~AdminDesk() override;

  [[nodiscard]] bool ask(AdminQuestion question) override;
  [[nodiscard]] bool ask_pipeline(PipelineQuestion question) override;
  [[nodiscard]] bool order(PluginOrder order) override { return take_order_(std::move(order)); }

  /// The parts must outlive the desk, or `stop` must come before they go.
  void start(Parts parts);
  void stop();

 private:
  using Question = std::variant<AdminQuestion, PipelineQuestion>;

  [[nodiscard]] bool keep(Question question);
  void run();
  void answer(const AdminQuestion& question);
  void answer(const PipelineQuestion& question);
  [[nodiscard]] RelayReport gather(const ShardQuestion& question) const;
  void sample();
  void note_rates(const RelayReport& report);
  void tell_admins(const RelayReport& report);

  const std::function<bool(PluginOrder)> take_order_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<AdminStats> admin_stats_;  // null: the Admin UI is not enabled
  uint64_t samples_ = 0;
  int64_t started_us_ = 0;
  int64_t sampled_us_ = 0;
  uint64_t sampled_in_ = 0, sampled_deliveries_ = 0;
  double events_in_per_s_ = 0, deliveries_per_s_ = 0;
  std::mutex mutex_;
  std::condition_variable asked_;
  std::deque<Question> questions_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace relay
