#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/plugin/odd_events.h"
#include "cli/plugin/workbench.h"
#include "plugin/event_batch.h"

namespace relay {

/// One thing that was looked at.
struct CheckResult {
  enum class Outcome { ok, warning, failure, skipped };
  std::string name;
  Outcome outcome = Outcome::ok;
  std::string detail;  ///< what was seen; for warnings and failures also how to mend it
};

/// Looks a plugin over: what it exports, its schema, how it bears odd events, and what it leaves behind. A
/// crash of the plugin is one of the caller. One thread.
class PluginChecks {
 public:
  /// `about_to` is told what comes next, so that a crash can be pinned on it. `bench` outlives the checks.
  PluginChecks(PluginWorkbench& bench, std::string config, std::function<void(const std::string&)> about_to);

  /// In order; those that need an instance are left out when none can be made.
  [[nodiscard]] std::vector<CheckResult> run();

 private:
  using Outcome = CheckResult::Outcome;

  void check_exports();
  void check_schema();
  [[nodiscard]] bool check_create();
  void check_odd_events();
  void check_timer();
  void check_view();
  void check_state();
  void check_growth();
  void check_destroy();
  void report(std::string name, Outcome outcome, std::string detail);

  [[nodiscard]] std::unique_ptr<PluginInstance> instance();
  /// All odd events in batches of `size`.
  void process_all(PluginInstance& plugin, size_t size);

  PluginWorkbench& bench_;
  const std::string config_;
  const std::function<void(const std::string&)> about_to_;
  std::vector<OddEvent> odd_;
  EventBatch batch_;
  std::vector<CheckResult> results_;
};

}  // namespace relay
