#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "event/event.h"
#include "event/pattern.h"
#include "pipeline/plugin_news.h"
#include "plugin/event_batch.h"
#include "plugin/instance.h"

namespace relay {

/// An event between two stages.
struct StageItem {
  static constexpr uint32_t kNobody = UINT32_MAX;
  EventRef event;
  uint32_t publication = kNobody;  ///< index of the publication that waits for it; kNobody for emitted events
};

/// Told about events that end in a stage, and about what happens to its plugin.
class StageObserver {
 public:
  virtual ~StageObserver() = default;
  virtual void ended(const StageItem& item, Verdict verdict, std::string_view plugin,
                     std::string_view reason) = 0;
  virtual void announce(PluginNews news) = 0;
};

/// One configured plugin in the pipeline: which events it sees, and what its verdicts do.
/// Built on the control thread, then owned by the pipeline thread.
class Stage {
 public:
  Stage(std::unique_ptr<PluginInstance> plugin, PatternSet match, PluginConfig config);

  /// Replaces `items` by what goes on to the next stage, in order.
  void run(std::vector<StageItem>& items, EventBatch& batch, StageObserver& observer);
  /// Appends what the plugin's timer emits, when it is due.
  void tick(int64_t monotonic_us, int64_t wall_us, std::vector<StageItem>& items, EventBatch& batch);
  /// When the timer is due next, monotonic; INT64_MAX without one.
  [[nodiscard]] int64_t next_tick_us() const { return next_tick_us_; }

  /// Events pass unseen, and timer and view rest, until `enable`; also in what takes this stage's place.
  void disable(std::string why);
  void enable();
  [[nodiscard]] bool disabled() const { return disabled_; }
  /// Why it is disabled; "" while it is not.
  [[nodiscard]] const std::string& why() const { return why_; }

  /// Before this stage takes the place of `old`, a plugin of the same name: what an operator has disabled
  /// stays so, a timer keeps its beat, and the plugin takes over what the other one knows, if its id is the
  /// same.
  [[nodiscard]] Status take_over(Stage& old);

  [[nodiscard]] PluginInstance& plugin() { return *plugin_; }
  [[nodiscard]] const PluginInstance& plugin() const { return *plugin_; }
  [[nodiscard]] const PluginConfig& config() const { return config_; }

 private:
  void settle(const StageItem& item, uint32_t i, EventBatch& batch, StageObserver& observer);

  std::unique_ptr<PluginInstance> plugin_;
  PatternSet match_;
  PluginConfig config_;
  int64_t next_tick_us_;
  bool disabled_ = false;
  bool by_operator_ = false;  // rather than after a failure, which a new instance may not have
  std::string why_;
  std::vector<const Event*> seen_;  // scratch: the events this plugin sees
  std::vector<StageItem> next_;     // scratch: what goes on
};

}  // namespace relay
