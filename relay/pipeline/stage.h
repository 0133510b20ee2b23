#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "event/event.h"
#include "event/pattern.h"
#include "plugin/event_batch.h"
#include "plugin/instance.h"

namespace relay {

/// An event between two stages.
struct StageItem {
  static constexpr uint32_t kNobody = UINT32_MAX;
  EventRef event;
  uint32_t publication = kNobody;  ///< index of the publication that waits for it; kNobody for emitted events
};

/// Told about events that end in a stage.
class StageObserver {
 public:
  virtual ~StageObserver() = default;
  virtual void ended(const StageItem& item, Verdict verdict, std::string_view plugin,
                     std::string_view reason) = 0;
};

/// One configured plugin in the pipeline: which events it sees, and what its verdicts do.
/// Built on the control thread, then owned by the pipeline thread.
class Stage {
 public:
  Stage(std::unique_ptr<PluginInstance> plugin, PatternSet match, PluginConfig config);

  /// Replaces `items` by what goes on to the next stage, in order.
  void run(std::vector<StageItem>& items, EventBatch& batch, StageObserver& observer, Logger& logger);
  /// Appends what the plugin's timer emits, when it is due.
  void tick(int64_t monotonic_us, int64_t wall_us, std::vector<StageItem>& items, EventBatch& batch);
  /// When the timer is due next, monotonic; INT64_MAX without one.
  [[nodiscard]] int64_t next_tick_us() const { return next_tick_us_; }

  [[nodiscard]] PluginInstance& plugin() { return *plugin_; }
  [[nodiscard]] const PluginInstance& plugin() const { return *plugin_; }
  [[nodiscard]] const PluginConfig& config() const { return config_; }
  [[nodiscard]] bool disabled() const { return disabled_; }

 private:
  void settle(const StageItem& item, uint32_t i, EventBatch& batch, StageObserver& observer, Logger& logger);

  std::unique_ptr<PluginInstance> plugin_;
  PatternSet match_;
  PluginConfig config_;
  int64_t next_tick_us_;
  bool disabled_ = false;
  std::vector<const Event*> seen_;  // scratch: the events this plugin sees
  std::vector<StageItem> next_;     // scratch: what goes on
};

}  // namespace relay
