#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/plugin/workbench.h"
#include "pipeline/stage.h"

namespace relay {

/// One thing that became of an input.
struct Fate {
  enum class Kind { pass, drop, reject, fail, emit, publish, view };
  Kind kind;
  EventRef event;        ///< as it went on; as it came in for drop, reject and fail
  std::string reason;    ///< of drop, reject and fail; of view when that failed
  std::string ui_event;  ///< of view
  std::string rendered;  ///< of view: JSON, "" when the plugin has no shape for it
};

/// "pass", "drop" and so on.
[[nodiscard]] std::string_view to_string(Fate::Kind kind);

/// {"pass":EVENT}, {"drop":ID,"reason":TEXT}, {"emit":EVENT}, {"view":NAME,"id":ID,"payload":JSON} and so on:
/// one line without its break.
void append_fate_json(std::string& out, const Fate& fate);

/// Walks inputs through a plugin as the pipeline would, one at a time. One thread.
class PluginTrial {
 public:
  struct Options {
    std::string config = "{}";
    std::vector<std::string> match;  ///< empty: the plugin's own
    std::vector<std::string> views;  ///< UI events to render what goes on for
  };

  /// Fails with plugin_no_role for plugins without a filter, view or timer. `bench` outlives the trial.
  [[nodiscard]] static Result<std::unique_ptr<PluginTrial>> make(PluginWorkbench& bench, Options options);

  /// One input line: an event in any envelope the relay takes, which becomes the present time unless it names
  /// none; {"tick": TIME}, which runs the timer at that time; or a comment that begins with #. `subject`
  /// ("in.jsonl:7") is for errors, `fallback_id` for events without an id.
  [[nodiscard]] Status walk(std::string_view line, const std::string& subject, const std::string& fallback_id,
                            std::vector<Fate>& fates);
  /// Runs the timer, if there is one, at the time of the bench's clock.
  void tick(std::vector<Fate>& fates);

  [[nodiscard]] const PluginInstance& plugin() const { return stage_.plugin(); }

 private:
  PluginTrial(PluginWorkbench& bench, Stage stage, Options options);
  void walk_event(EventRef event, std::vector<Fate>& fates);
  void add_published(std::vector<Fate>& fates);

  PluginWorkbench& bench_;
  Stage stage_;
  const Options options_;
  EventBatch batch_;
  int64_t due_us_ = 0;
};

}  // namespace relay
