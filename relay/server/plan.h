#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "pipeline/pipeline.h"
#include "plugin/session_plugin.h"
#include "server/plugin_files.h"

namespace relay {

/// A configured plugin's code, and the name it goes by: the configured one, or that of its file.
struct OpenedPlugin {
  std::shared_ptr<PluginLibrary> library;
  std::string name;
  std::shared_ptr<PluginLibrary> shadow{};  ///< that of its candidate; null when it has none
};
[[nodiscard]] Result<OpenedPlugin> open_plugin(const PluginConfig& config, PluginFiles& files);
/// All of them, in the configured order.
[[nodiscard]] Result<std::vector<OpenedPlugin>> open_plugins(const Config& config, PluginFiles& files);

/// The configured patterns of plugin `name`, else its `own`, which spaces separate.
[[nodiscard]] Result<PatternSet> patterns_of(const PluginConfig& config, std::string_view own,
                                             const std::string& name);

/// A new instance for one shard. [control]
[[nodiscard]] Result<std::shared_ptr<SessionPlugin>> make_session_plugin(
    const PluginConfig& config, const OpenedPlugin& opened, const PluginInstance::Surroundings& surroundings);

/// An instance that has a role in the pipeline, the events it sees (the configured patterns, else the
/// plugin's own), and its candidate, if there is one. [control]
[[nodiscard]] Result<Stage> make_stage(const PluginConfig& config, const OpenedPlugin& opened,
                                       const PluginInstance::Surroundings& surroundings);

/// Opens the configured plugins, makes an instance of each that has a role in the pipeline and compiles the
/// routes. [control]
[[nodiscard]] Result<PipelinePlan> make_plan(const Config& config, PluginFiles& files,
                                             const PluginInstance::Surroundings& surroundings);

/// An instance of each configured session plugin, for one shard. [control]
[[nodiscard]] Result<SessionPlugins> make_session_plugins(const Config& config, PluginFiles& files,
                                                          const PluginInstance::Surroundings& surroundings);

}  // namespace relay
