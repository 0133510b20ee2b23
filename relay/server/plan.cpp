#include "server/plan.h"

#include <sstream>
#include <utility>

#include "pipeline/route_table.h"

namespace relay {
namespace {

Result<std::unique_ptr<Shadow>> make_shadow(const PluginConfig& config, const OpenedPlugin& opened,
                                            const PluginInstance::Surroundings& surroundings) {
  if (opened.shadow == nullptr) return nullptr;
  if (opened.library->roles().filter == nullptr)
    return fail("plugin_no_filter", "plugins/" + opened.name + "/shadow",
                "stands beside a plugin that is no filter, so there is nothing to compare");
  return Shadow::create(opened.shadow, opened.name, config.shadow.config, surroundings);
}

}  // namespace

// The configured patterns, else those the plugin says it is made for.
Result<PatternSet> patterns_of(const PluginConfig& config, std::string_view own, const std::string& name) {
  std::vector<std::string> patterns = config.match;
  std::istringstream words{std::string(own)};
  if (patterns.empty())
    for (std::string word; words >> word;) patterns.push_back(word);
  auto set = PatternSet::parse(patterns);
  if (!set) return fail(set.error().code, "plugins/" + name + "/match", set.error().message);
  return set;
}

Result<Stage> make_stage(const PluginConfig& config, const OpenedPlugin& opened,
                         const PluginInstance::Surroundings& surroundings) {
  auto plugin = PluginInstance::create(opened.library, opened.name, config.config, surroundings);
  if (!plugin) return tl::unexpected(plugin.error());
  auto match = patterns_of(config, (*plugin)->own_match(), opened.name);
  if (!match) return tl::unexpected(match.error());
  auto shadow = make_shadow(config, opened, surroundings);
  if (!shadow) return tl::unexpected(shadow.error());
  return Stage(std::move(*plugin), std::move(*match), config, std::move(*shadow));
}

Result<std::shared_ptr<SessionPlugin>> make_session_plugin(const PluginConfig& config,
                                                           const OpenedPlugin& opened,
                                                           const PluginInstance::Surroundings& surroundings) {
  auto instance = PluginInstance::create(opened.library, opened.name, config.config, surroundings);
  if (!instance) return tl::unexpected(instance.error());
  return std::make_shared<SessionPlugin>(std::move(*instance), surroundings.logger);
}

Result<OpenedPlugin> open_plugin(const PluginConfig& config, PluginFiles& files) {
  auto library = files.open(config);
  if (!library) return tl::unexpected(library.error());
  std::string name = config.name.empty() ? (*library)->path().stem().string() : config.name;
  OpenedPlugin opened{std::move(*library), std::move(name)};
  if (config.shadow.path.empty()) return opened;
  PluginConfig candidate = config;  // isolated if the plugin is
  candidate.path = config.shadow.path;
  auto shadow = files.open(candidate);
  if (!shadow) return tl::unexpected(shadow.error());
  opened.shadow = std::move(*shadow);
  return opened;
}

Result<PipelinePlan> make_plan(const Config& config, PluginFiles& files,
                               const PluginInstance::Surroundings& surroundings) {
  PipelinePlan plan;
  for (const PluginConfig& entry : config.plugins) {
    auto opened = open_plugin(entry, files);
    if (!opened) return tl::unexpected(opened.error());
    if (!opened->library->roles().in_pipeline()) continue;
    auto stage = make_stage(entry, *opened, surroundings);
    if (!stage) return tl::unexpected(stage.error());
    plan.stages.push_back(std::move(*stage));
  }
  auto routes = compile_routes(config.routes);
  if (!routes) return tl::unexpected(routes.error());
  plan.routes = std::move(*routes);
  return plan;
}

Result<SessionPlugins> make_session_plugins(const Config& config, PluginFiles& files,
                                            const PluginInstance::Surroundings& surroundings) {
  SessionPlugins plugins;
  for (const PluginConfig& entry : config.plugins) {
    auto opened = open_plugin(entry, files);
    if (!opened) return tl::unexpected(opened.error());
    if (!opened->library->roles().serves_clients()) continue;
    auto plugin = make_session_plugin(entry, *opened, surroundings);
    if (!plugin) return tl::unexpected(plugin.error());
    plugins.push_back(std::move(*plugin));
  }
  return plugins;
}

Result<std::vector<OpenedPlugin>> open_plugins(const Config& config, PluginFiles& files) {
  std::vector<OpenedPlugin> all;
  for (const PluginConfig& entry : config.plugins) {
    auto opened = open_plugin(entry, files);
    if (!opened) return tl::unexpected(opened.error());
    all.push_back(std::move(*opened));
  }
  return all;
}

}  // namespace relay
