#pragma once

#include <string>

#include "plugin/instance.h"

namespace relay {

/// One plugin, for people.
struct PluginReport {
  std::string name, id, version, path;
  bool disabled = false;
  PluginCounters counters;
};

/// [owner] of the instance.
[[nodiscard]] inline PluginReport describe(const PluginInstance& plugin) {
  const PluginLibrary& library = plugin.library();
  return {plugin.name(), std::string(library.id()), std::string(library.version()), library.path().string(),
          false,         plugin.counters()};
}

}  // namespace relay
