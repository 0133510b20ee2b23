#include "plugin/plugin_report.h"

#include <utility>

namespace relay {

PluginReport describe(const PluginInstance& plugin) {
  const PluginLibrary& library = plugin.library();
  const PluginRoles& roles = library.roles();
  PluginReport report;
  report.name = plugin.name();
  report.id = library.id();
  report.version = library.version();
  report.path = library.path().string();
  for (const auto& [has, role] :
       {std::pair(roles.filter != nullptr, "filter"), std::pair(roles.view != nullptr, "view"),
        std::pair(roles.timer != nullptr, "timer"), std::pair(roles.state != nullptr, "state"),
        std::pair(roles.session != nullptr, "session"), std::pair(roles.source != nullptr, "source"),
        std::pair(roles.sink != nullptr, "sink"), std::pair(roles.codec != nullptr, "codec")})
    if (has) report.roles.emplace_back(role);
  report.has_schema = !library.config_schema().empty();
  report.created_us = plugin.created_us();
  report.counters = plugin.counters();
  if (const ProcessReport* process = plugin.process_report()) report.process = *process;
  report.metrics = plugin.metrics();
  return report;
}

}  // namespace relay
