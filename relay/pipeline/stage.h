#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "event/event.h"
#include "event/pattern.h"
#include "pipeline/breaker.h"
#include "pipeline/plugin_news.h"
#include "pipeline/shadow.h"
#include "plugin/event_batch.h"
#include "plugin/instance.h"

namespace relay {

/// An event between two stages.
struct StageItem {
  static constexpr uint32_t kNobody = UINT32_MAX;
  EventRef event;
  uint32_t publication = kNobody;  ///< index of the publication that waits for it; kNobody for emitted events
  uint64_t* place = nullptr;       ///< [pipeline] gets the offset, for what may be sent again
};

/// Told about events that end in a stage, and about what happens to its plugin.
class StageObserver {
 public:
  virtual ~StageObserver() = default;
  virtual void ended(const StageItem& item, Verdict verdict, std::string_view plugin,
                     std::string_view reason) = 0;
  /// `plugin` failed on the event, which `item` still holds as the plugin saw it: here is who may keep it.
  virtual void dead_letter(const StageItem& /*item*/, std::string_view /*plugin*/,
                           std::string_view /*reason*/) {}
  virtual void announce(PluginNews news) = 0;
  /// The plugin has answered: `saw` are the events as they came, `batch` is what it made of them.
  virtual void answered(std::string_view plugin, std::span<const Event* const> saw, const EventBatch& batch) {
    static_cast<void>(plugin), static_cast<void>(saw), static_cast<void>(batch);
  }
};

/// One configured plugin in the pipeline: which events it sees, and what its verdicts do.
/// Built on the control thread, then owned by the pipeline thread.
class Stage {
 public:
  /// `shadow` may be null.
  Stage(std::unique_ptr<PluginInstance> plugin, PatternSet match, PluginConfig config,
        std::unique_ptr<Shadow> shadow = nullptr);

  /// Replaces `items` by what goes on to the next stage, in order.
  void run(std::vector<StageItem>& items, EventBatch& batch, StageObserver& observer, int64_t monotonic_us);
  /// Appends what the plugin's timer emits, when it is due.
  void tick(int64_t monotonic_us, int64_t wall_us, std::vector<StageItem>& items, EventBatch& batch,
            StageObserver& observer);
  /// When the timer is due next, monotonic; INT64_MAX without one.
  [[nodiscard]] int64_t next_tick_us() const { return next_tick_us_; }

  /// Events pass unseen, and timer and view rest, until `enable`; also in what takes this stage's place.
  void disable(std::string why);
  /// Whatever the reason it is not.
  void enable();
  [[nodiscard]] bool disabled() const { return disabled_; }
  /// Disabled, or left alone by its breaker.
  [[nodiscard]] bool rests() const { return disabled_ || breaker_.open(); }
  /// "enabled", "disabled", or what its breaker does to its events: "bypassed", "dropping".
  [[nodiscard]] std::string_view state() const;
  /// Why it is not enabled; "" while it is.
  [[nodiscard]] const std::string& why() const { return why_; }

  struct Counters {
    uint64_t over_budget = 0;   ///< calls that took too long
    uint64_t breaks = 0;        ///< how often its breaker has opened
    uint64_t unseen = 0;        ///< events that were its and passed or were dropped while it was left alone
    uint64_t dead_letters = 0;  ///< events that ended because it failed
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }

  /// Before this stage takes the place of `old`, a plugin of the same name: what an operator has disabled
  /// stays so, a timer keeps its beat, and the plugin takes over what the other one knows, if its id is the
  /// same.
  [[nodiscard]] Status take_over(Stage& old);

  /// Whether its plugin is one to look at such events.
  [[nodiscard]] bool sees(const Event& event) const {
    return plugin_->has_filter() && match_.matches(event.type());
  }

  [[nodiscard]] PluginInstance& plugin() { return *plugin_; }
  [[nodiscard]] const PluginInstance& plugin() const { return *plugin_; }
  [[nodiscard]] const PluginConfig& config() const { return config_; }
  [[nodiscard]] const Shadow* shadow() const { return shadow_.get(); }

 private:
  void rest(std::vector<StageItem>& items, StageObserver& observer);
  /// What its plugin's counters say of calls that failed as a whole and of time spent.
  struct Effort {
    uint64_t errors = 0;
    uint64_t time_us = 0;
  };
  /// Tells of the ends of its process since the last time. How often it ended.
  uint64_t tell_of_ends(StageObserver& observer);
  [[nodiscard]] Effort effort() const;
  void judge(const Effort& before, std::string_view failure, int64_t monotonic_us, StageObserver& observer);
  void run_shadow(const EventBatch& batch, const Effort& before, int64_t monotonic_us,
                  StageObserver& observer);
  void settle(const StageItem& item, uint32_t i, EventBatch& batch, StageObserver& observer);
  void end(const StageItem& item, Verdict verdict, std::string_view reason, StageObserver& observer);
  /// As a dead letter.
  void keep(const StageItem& item, std::string_view reason, StageObserver& observer);

  std::unique_ptr<PluginInstance> plugin_;
  PatternSet match_;
  PluginConfig config_;
  std::unique_ptr<Shadow> shadow_;
  int64_t next_tick_us_;
  bool disabled_ = false;
  bool by_operator_ = false;  // rather than after a failure, which a new instance may not have
  std::string why_;
  Breaker breaker_;
  std::optional<int64_t> told_slow_us_;  // when operators were told last that it is slow
  Counters counters_;
  uint64_t ends_told_ = 0;          // how often operators were told that its process ended
  std::vector<const Event*> seen_;  // scratch: the events this plugin sees
  std::vector<StageItem> next_;     // scratch: what goes on
};

}  // namespace relay
