#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/instance.h"

namespace relay {

/// A candidate beside a plugin, for people.
struct ShadowReport {
  std::string version, path;
  std::string why;                                      ///< why it is left alone, "" while it is not
  uint64_t events = 0;                                  ///< shown to it
  uint64_t different = 0;                               ///< of these: something was, and then what
  uint64_t verdicts = 0, fields = 0, emissions = 0;     ///< may add up to more
  uint64_t errors = 0;                                  ///< calls that failed as a whole
  uint64_t published = 0;                               ///< what it wanted to publish
  uint64_t ns_per_event = 0, current_ns_per_event = 0;  ///< of it, and of the plugin for the same events
};

/// One plugin, for people.
struct PluginReport {
  std::string name, id, version, path;
  std::vector<std::string> roles;
  bool has_schema = false;  ///< whether it says what its configuration looks like
  int64_t created_us = 0;   ///< when its instance was made, wall-clock time
  std::string state = "enabled";
  std::optional<ProcessReport> process;  ///< of a plugin that has one of its own
  std::string why;                       ///< why it is not enabled
  uint64_t over_budget = 0, breaks = 0, unseen = 0, dead_letters = 0;  ///< of its place in the pipeline
  PluginCounters counters;
  std::optional<ShadowReport> shadow;
  std::vector<MetricValue> metrics;  ///< what the plugin counts itself
};

/// [owner] of the instance.
[[nodiscard]] PluginReport describe(const PluginInstance& plugin);

}  // namespace relay
