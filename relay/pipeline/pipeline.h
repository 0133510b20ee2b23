#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/histogram.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "log/log.h"
#include "pipeline/dead_letters.h"
#include "pipeline/intake.h"
#include "pipeline/presence_table.h"
#include "pipeline/recent.h"
#include "pipeline/routed_batch.h"
#include "pipeline/stage.h"
#include "pipeline/taps.h"

namespace relay {

/// Where routed batches go. Implemented by whoever puts the hub below the pipeline. [pipeline]
class BatchSink {
 public:
  virtual ~BatchSink() = default;
  virtual void publish(const RoutedBatchRef& batch) = 0;
  /// Whether anybody is there who gets what views make.
  [[nodiscard]] virtual bool wants_views() const = 0;
};

/// What one configuration makes of the pipeline: its stages, in order, and its routes.
struct PipelinePlan {
  std::vector<Stage> stages;
  std::shared_ptr<const RouteTable> routes;
};

/// The one thread that gives events their order: intake, plugins, offset, routes, hub.
///
/// It owns the stages, so plugins need no locks; it never waits for anything but the intake.
class Pipeline final : private StageObserver {
 public:
  /// What is remembered of publications, so that those sent again are not published again.
  struct RepeatLimits {
    int64_t window_us = 0;  ///< 0: nothing
    size_t most = 0;        ///< events, and keys
  };
  struct Counters {
    uint64_t events_in = 0;   ///< taken from the intake
    uint64_t events_out = 0;  ///< given an offset
    uint64_t dropped = 0, rejected = 0, failed = 0, repeated = 0;
    uint64_t batches = 0;
    Histogram batch_us;  ///< from taking a batch to handing it to the hub
  };

  Pipeline(Intake& intake, Log& log, DeadLetters& dead_letters, BatchSink& sink, const Clock& clock,
           Logger& logger, size_t max_event_data, RepeatLimits repeats = {0, 0});
  ~Pipeline() override;

  /// Before the start: what an earlier run has published.
  void remember(const Event& event);
  void remember(const KeyedOutcome& outcome);
  void start(PipelinePlan plan);
  /// Waits until the intake, closed before, is empty and everything in it is published.
  void join();

  /// [any-thread] Runs `task` on the pipeline thread between two batches. False when too many wait.
  [[nodiscard]] bool post(std::function<void(Pipeline&)> task);

  /// [pipeline] Puts `plan` in force and returns the old one, for destruction elsewhere. Plugins of the same
  /// name and library hand over their state.
  [[nodiscard]] PipelinePlan exchange(PipelinePlan plan);
  /// [pipeline] Puts `fresh` in the place of the stage of that name, which it takes over from and becomes. On
  /// error (`plugin_unknown`, `plugin_state_failed`) both stay what they are.
  [[nodiscard]] Status replace(Stage& fresh);
  /// [pipeline] Error `plugin_unknown`: there is no stage of that name.
  [[nodiscard]] Status disable(std::string_view name, std::string why);
  [[nodiscard]] Status enable(std::string_view name, std::string why);
  /// [pipeline] Shows `tap` what it asks for from now on, until its reader leaves. Errors of Taps::open.
  [[nodiscard]] Status open_tap(std::shared_ptr<Tap> tap) { return taps_.open(std::move(tap), plan_.stages); }
  /// [pipeline] What would become of `event`, which is sent nowhere: JSON, see walk.h.
  [[nodiscard]] std::string walk(EventRef event, bool stateful);
  /// [pipeline] What `events`, which are in the log, become by the routes and views of now. They are
  /// published to nobody.
  [[nodiscard]] RoutedBatchRef route_past(std::vector<EventRef> events);
  /// [pipeline] Tells operators, in the log and by an event.
  void announce(PluginNews news) override;
  [[nodiscard]] const PipelinePlan& plan() const { return plan_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const PresenceTable& presence() const { return presence_; }

 private:
  void run();
  void run_tasks();
  void run_timers();
  [[nodiscard]] int64_t wait_us() const;
  [[nodiscard]] Result<Stage*> find_stage(std::string_view name);
  void publish_news();
  void process(std::vector<Publication>& publications);
  void process_items(size_t first_stage);
  [[nodiscard]] uint64_t* place_of(const Event& event, bool& fresh);
  void note_repeat(PublishResult& result, uint64_t offset);
  [[nodiscard]] bool answered_before(const Publication& publication, PublishResult& result);
  void settle(std::span<Publication> publications, size_t first_result);
  void answer(PresenceQuestion& question);
  void publish_items();
  [[nodiscard]] std::vector<Emission> take_emissions();
  void render_views(const Event& event, RoutedBatch& batch, uint32_t first_delivery);
  void ended(const StageItem& item, Verdict verdict, std::string_view plugin,
             std::string_view reason) override;
  void dead_letter(const StageItem& item, std::string_view plugin, std::string_view reason) override;
  void answered(std::string_view plugin, std::span<const Event* const> saw,
                const EventBatch& batch) override {
    if (taps_.any()) taps_.show_answers(plugin, saw, batch);
  }
  void show(std::string_view stage) {
    if (taps_.any()) taps_.show<StageItem>(stage, items_);
  }

  Intake& intake_;
  Log& log_;
  DeadLetters& dead_letters_;
  BatchSink& sink_;
  const Clock& clock_;
  Logger& logger_;
  PipelinePlan plan_;
  EventBatch batch_;
  PresenceTable presence_;
  Taps taps_;
  Mailbox<std::function<void(Pipeline&)>> tasks_;
  std::vector<StageItem> items_;        // scratch: the events of the batch being processed
  std::vector<PublishResult> results_;  // one per publication being processed
  std::vector<PluginNews> news_;        // of the batch or task that runs: at most one or two for each stage
  Recent<uint64_t> places_;             // of events, by source and id
  Recent<PublishResult> answers_;       // by key
  Counters counters_;
  std::thread thread_;
};

}  // namespace relay
