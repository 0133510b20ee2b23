#pragma once

#include <string>
#include <vector>

#include "plugin/instance.h"

namespace relay {

/// One plugin, for people.
struct PluginReport {
  std::string name, id, version, path;
  std::vector<std::string> roles;
  bool has_schema = false;  ///< whether it says what its configuration looks like
  int64_t created_us = 0;   ///< when its instance was made, wall-clock time
  std::string state = "enabled";
  std::string why;                                   ///< why it is not enabled
  uint64_t over_budget = 0, breaks = 0, unseen = 0;  ///< of its place in the pipeline
  PluginCounters counters;
};

/// [owner] of the instance.
[[nodiscard]] PluginReport describe(const PluginInstance& plugin);

}  // namespace relay
