#pragma once

#include <seneca/plugin.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace seneca_compat {

/// What a page that connects is told about the past. JSON texts.
struct Snapshot {
  std::string agents = R"({"agents":[]})";
  std::string summary = R"({"total_events":0,"event_types":{},"active_workers":0,"decision_count":0,)"
                        R"("blocker_count":0,"completion_count":0})";
  std::string health;   ///< "" when none is known
  std::string metrics;  ///< "" when none are known
};

/// The newest snapshot: made by the instance in the pipeline, read by those on the shards. [any-thread]
[[nodiscard]] std::shared_ptr<const Snapshot> snapshot();

/// Counts what passes. Owned by the pipeline's instance.
///
/// Bounds: 4096 agents and 64 types of conversation are told apart; further ones are not listed.
class Activity {
 public:
  void see(const seneca::Event& event);
  /// Makes what has changed since the last call the newest snapshot. True when the agents, or the metrics,
  /// are others than before.
  struct Change {
    bool agents = false;
    bool metrics = false;
  };
  Change publish(int64_t now_us);

 private:
  void see_conversation(const seneca::Event& event);
  void see_project(const seneca::Event& event);
  [[nodiscard]] std::string agents_json() const;
  [[nodiscard]] std::string summary_json() const;
  [[nodiscard]] std::string metrics_json() const;

  bool dirty_ = true;
  std::set<std::string> agents_;   // that speak, or are spoken to
  std::set<std::string> offline_;  // of those
  std::map<std::string, uint64_t, std::less<>> types_;
  uint64_t total_ = 0, decisions_ = 0, blockers_ = 0, completions_ = 0;
  int64_t day_ = 0;  // since the epoch
  uint64_t decisions_today_ = 0, judged_ = 0;
  double confidence_ = 0;  // sum of the judged
  struct Project {
    int64_t total = 0, in_progress = 0, completed = 0;
  };
  std::map<std::string, Project> projects_;
  std::string health_;
};

}  // namespace seneca_compat
