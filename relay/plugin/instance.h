#pragma once

#include <seneca/plugin.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "plugin/contained.h"
#include "plugin/event_batch.h"
#include "plugin/host_services.h"
#include "plugin/library.h"
#include "plugin/metrics.h"

namespace relay {

/// What an instance has done so far.
struct PluginCounters {
  uint64_t calls = 0;                                          ///< into the plugin: process, render and tick
  uint64_t events = 0;                                         ///< seen by its filter
  uint64_t passed = 0, dropped = 0, rejected = 0, failed = 0;  ///< what became of them
  uint64_t rendered = 0;                                       ///< UI payloads made by its view
  uint64_t errors = 0;                                         ///< calls that failed as a whole
  uint64_t emitted = 0;                                        ///< events it made
  uint64_t refused = 0;  ///< emissions and changes turned away at a limit
  uint64_t time_us = 0;  ///< spent in it, and in its longest call
  uint64_t max_us = 0;
  std::map<std::string, uint64_t, std::less<>>
      reasons;  ///< events not passed, by reason; the rest under "other"
};

/// One configured plugin at work.
///
/// Everything but the host table it hands to the plugin belongs to one thread, the owner (in the relay, the
/// pipeline). Whatever the plugin does wrong short of a crash (exceptions, garbage, floods) ends as a failed
/// event or an Error, never beyond.
class PluginInstance {
 public:
  /// Where it runs. The references outlive the instance.
  struct Surroundings {
    Logger& logger;
    const Clock& clock;
    HostServices& services;
    FieldLimits limits;        ///< for what it publishes; batches bring their own
    bool own_process = false;  ///< whether it is alone in this process
  };

  /// How the message of plugin_create_failed begins; then the plugin's own words.
  static constexpr std::string_view kRefused = "refused its configuration: ";

  /// [owner] Checks `config`, a JSON object, against the plugin's schema and creates the instance. `name` is
  /// the configured one, shown in logs and counters.
  [[nodiscard]] static Result<std::unique_ptr<PluginInstance>> create(std::shared_ptr<PluginLibrary> library,
                                                                      std::string name,
                                                                      const std::string& config,
                                                                      const Surroundings& surroundings);
  ~PluginInstance();
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const PluginLibrary& library() const { return *library_; }
  [[nodiscard]] bool has_filter() const { return roles().filter != nullptr; }
  [[nodiscard]] bool has_view() const { return roles().view != nullptr; }
  [[nodiscard]] bool has_timer() const { return roles().timer != nullptr; }
  [[nodiscard]] bool has_source() const { return roles().source != nullptr; }
  [[nodiscard]] bool has_state() const { return roles().state != nullptr; }
  /// Type patterns the filter is made for, separated by spaces; "" for every event.
  [[nodiscard]] std::string_view own_match() const;
  /// 0 without a timer.
  [[nodiscard]] uint32_t tick_interval_ms() const;

  /// Runs the filter over an assigned batch and closes it. Every event that did not pass has a reason
  /// afterwards.
  void process(EventBatch& batch);
  /// Runs the timer and leaves what it emitted in `batch`, closed.
  void tick(int64_t now_us, EventBatch& batch);
  /// The view's payload for a UI event: one valid JSON value in `out`. False when it declined.
  [[nodiscard]] Result<bool> render(const Event& event, std::string_view ui_event, std::string& out);
  /// Begins to bring events in; once. Needs has_source(), as do the others.
  [[nodiscard]] Status start_source();
  /// Once, after start_source() went well.
  void stop_source();
  /// [any-thread] What the source says about itself, a valid JSON object; "" when it has nothing to say.
  [[nodiscard]] std::string source_status();
  /// What it knows, any bytes. Needs has_state(), as does the other. Code plugin_state_failed.
  [[nodiscard]] Result<std::string> save_state();
  [[nodiscard]] Status load_state(std::string_view saved);
  /// Takes over what `old` knows, before `old` is destroyed. Nothing to do when either has no state.
  [[nodiscard]] Status adopt_state(PluginInstance& old);

  [[nodiscard]] const PluginCounters& counters() const { return counters_; }
  /// [any-thread] What the plugin counts itself.
  [[nodiscard]] std::vector<MetricValue> metrics() const;
  /// When it was made, wall-clock time.
  [[nodiscard]] int64_t created_us() const { return created_us_; }

  void count_error() { ++counters_.errors; }
  [[nodiscard]] const Surroundings& surroundings() const { return surroundings_; }
  /// [owner] Null when it has no process of its own.
  [[nodiscard]] const ProcessReport* process_report() const { return library_->process(self_); }

  /// [owner] What the plugin's functions take first.
  [[nodiscard]] void* self() const { return self_; }
  /// [owner] Runs plugin code of a role, which answers a code: an exception becomes SENECA_E_FAILED with its
  /// text in `error`; calls and time are counted.
  template <class Call>
  int32_t call(seneca_error& error, Call call) {
    const int64_t begin_us = surroundings_.clock.monotonic_us();
    const int32_t code = contained(error, call);
    count_call(begin_us);
    return code;
  }

 private:
  PluginInstance(std::shared_ptr<PluginLibrary> library, std::string name, const Surroundings& surroundings);

  static void log(const seneca_host* host, int32_t level, seneca_str text) noexcept;
  static int32_t publish(const seneca_host* host, const seneca_event* event) noexcept;
  static int32_t add_metric(const seneca_host* host, int32_t kind, seneca_str name,
                            seneca_metric** metric) noexcept;
  static const void* extension(const seneca_host* host, const char* id) noexcept;

  [[nodiscard]] const PluginRoles& roles() const { return library_->roles(); }
  void count_call(int64_t begin_us);
  Status start(std::string_view config);
  void count(EventBatch& batch);
  void count_reason(std::string_view reason);

  const std::shared_ptr<PluginLibrary> library_;
  const std::string name_;
  const Surroundings surroundings_;
  const int64_t created_us_;
  seneca_host host_{};
  void* self_ = nullptr;
  bool created_ = false;
  PluginCounters counters_;
  PluginMetrics metrics_;
};

}  // namespace relay
