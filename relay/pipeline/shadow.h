#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "plugin/event_batch.h"
#include "plugin/instance.h"
#include "plugin/plugin_report.h"

namespace relay {

/// A candidate for a plugin's place: its filter is shown the same events, and what it makes of them is
/// compared and thrown away. Its timer and view are not asked, and it publishes nothing.
///
/// Made on the control thread, then owned by the stage of the plugin, on the pipeline thread.
class Shadow {
 public:
  /// So many calls in a row that fail as a whole or take too long, and it is left alone until a reload.
  static constexpr int kFailures = 5;

  /// The candidate for `name`, which logs as NAME.shadow. Errors are those of PluginInstance::create, and
  /// `plugin_no_filter`.
  [[nodiscard]] static Result<std::unique_ptr<Shadow>> create(
      std::shared_ptr<PluginLibrary> library, const std::string& name, const std::string& config,
      const PluginInstance::Surroundings& surroundings);

  /// Whether there is something to compare; why not is told once, by what `run` returns.
  [[nodiscard]] bool works() const { return why_.empty(); }
  /// What became of `events` is in `batch`, closed, after `spent_us`. Shows them to the candidate as well,
  /// which has `budget_ms` (0: any time). Returns why it is left alone from now on, "" if it is not.
  [[nodiscard]] std::string run(std::span<const Event* const> events, const EventBatch& batch,
                                uint64_t spent_us, int budget_ms, int64_t monotonic_us);
  /// Lets the candidate begin with what `current` knows, if it is the same plugin.
  void take_over(PluginInstance& current);

  [[nodiscard]] const std::string& name() const { return candidate_->name(); }
  [[nodiscard]] ShadowReport report() const;

 private:
  /// Publishing is refused as if the intake were full, which every plugin has to bear.
  struct NoServices final : HostServices {
    [[nodiscard]] bool publish(const EventFields&) override {
      ++refused;
      return false;
    }
    std::atomic<uint64_t> refused{0};
  };
  struct Counters {
    uint64_t events = 0, different = 0;
    uint64_t verdicts = 0, fields = 0, emissions = 0;  // of the different ones: how, each in all its ways
    uint64_t current_us = 0;
  };

  Shadow(Logger& logger, const FieldLimits& limits);
  /// How often its process has ended, if it has one of its own.
  [[nodiscard]] uint64_t process_ends() const;
  void compare(uint32_t i, const EventBatch& current, int64_t monotonic_us);

  Logger& logger_;
  NoServices services_;
  EventBatch batch_;
  std::unique_ptr<PluginInstance> candidate_;
  Counters counters_;
  int failures_ = 0;  // in a row
  std::string why_;   // it is left alone
  std::optional<int64_t> told_us_;
};

}  // namespace relay
