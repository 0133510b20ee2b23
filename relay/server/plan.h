#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "pipeline/pipeline.h"
#include "plugin/directory.h"
#include "plugin/session_plugin.h"

namespace relay {

/// Opens the configured plugins, makes an instance of each and compiles the routes. [control]
[[nodiscard]] Result<PipelinePlan> make_plan(const Config& config, const PluginDirectory& directory,
                                             const PluginInstance::Surroundings& surroundings);

/// An instance of each configured session plugin, for one shard. [control]
[[nodiscard]] Result<SessionPlugins> make_session_plugins(const Config& config,
                                                          const PluginDirectory& directory,
                                                          const PluginInstance::Surroundings& surroundings);

/// "marcus 1.0.0 (/usr/lib/…/marcus.so)", one per configured plugin, in order.
[[nodiscard]] Result<std::vector<std::string>> plugin_names(const Config& config,
                                                            const PluginDirectory& directory);

}  // namespace relay
