#pragma once

#include <seneca/plugin.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agents.h"
#include "duplicates.h"
#include "health.h"
#include "meaning.h"
#include "projects.h"

namespace marcus {

/// The plugin: raw records of Marcus become events of the relay, each happening once, and what follows from
/// them is emitted behind them. Lives on the pipeline thread; everything it remembers is bounded.
class Marcus {
 public:
  static constexpr const char* match = "marcus.**";
  static constexpr uint32_t tick_interval_ms = 1000;
  static constexpr const char* schema = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "offline_after": {"type": "integer", "minimum": 1, "maximum": 86400, "default": 360,
      "description": "seconds of silence after which an agent counts as offline"},
    "duplicate_window_ms": {"type": "integer", "minimum": 0, "maximum": 3600000, "default": 2000,
      "description": "records about one happening are at most this far apart; 0: no such search"},
    "derive": {"type": "boolean", "default": true,
      "description": "emit agent.status.changed, system.health.changed and the like"}
  }
})";

  explicit Marcus(std::string_view config);

  seneca::Verdict operator()(seneca::Event& event);
  void tick(int64_t now_us, seneca::Emitter& emitter);
  [[nodiscard]] std::string save() const;
  void load(std::string_view saved);

 private:
  struct Options {
    int64_t offline_after_us = 360 * 1000000LL;
    int64_t duplicate_window_us = 2 * 1000000LL;
    bool derive = true;
  };
  /// What is known of one Marcus.
  struct Instance {
    SourceSet seen = 0;
    Health health;
    std::string project_id;  ///< the one it works on, told by the last record that named one
  };

  explicit Marcus(const Options& options);
  static Options read_options(std::string_view config);

  Instance& instance(std::string_view name);
  /// Why the event ends here, or "".
  std::string reason_to_drop(const seneca::Event& event, const Origin& origin, Instance& instance,
                             const Rule* rule, Meaning& meaning);
  void complete_project(Instance& instance, Meaning& meaning) const;
  void derive(seneca::Event& event, std::string_view instance_name, Instance& instance,
              const Meaning& meaning);

  const bool derive_;
  Duplicates duplicates_;
  Agents agents_;
  Projects projects_;
  std::map<std::string, Instance, std::less<>> instances_;
};

}  // namespace marcus
