#include "server/plan.h"

#include <sstream>
#include <utility>

#include "pipeline/route_table.h"

namespace relay {
namespace {

// The configured patterns, else those the plugin says it is made for.
Result<PatternSet> patterns_of(const PluginConfig& config, const PluginInstance& plugin) {
  if (!config.match.empty()) return PatternSet::parse(config.match);
  std::vector<std::string> own;
  std::istringstream words{std::string(plugin.own_match())};
  for (std::string word; words >> word;) own.push_back(word);
  return PatternSet::parse(own);
}

}  // namespace

Result<OpenedPlugin> open_plugin(const PluginConfig& config, const PluginDirectory& directory) {
  const auto file = directory.find(config.path);
  if (!file) return tl::unexpected(file.error());
  auto library = PluginLibrary::open(*file);
  if (!library) return tl::unexpected(library.error());
  return OpenedPlugin{std::move(*library), config.name.empty() ? file->stem().string() : config.name};
}

Result<Stage> make_stage(const PluginConfig& config, OpenedPlugin opened,
                         const PluginInstance::Surroundings& surroundings) {
  auto plugin = PluginInstance::create(std::move(opened.library), opened.name, config.config, surroundings);
  if (!plugin) return tl::unexpected(plugin.error());
  auto match = patterns_of(config, **plugin);
  if (!match) return fail(match.error().code, "plugins/" + opened.name + "/match", match.error().message);
  return Stage(std::move(*plugin), std::move(*match), config);
}

Result<PipelinePlan> make_plan(const Config& config, const PluginDirectory& directory,
                               const PluginInstance::Surroundings& surroundings) {
  PipelinePlan plan;
  for (const PluginConfig& entry : config.plugins) {
    auto opened = open_plugin(entry, directory);
    if (!opened) return tl::unexpected(opened.error());
    if (!opened->library->roles().in_pipeline()) continue;
    auto stage = make_stage(entry, std::move(*opened), surroundings);
    if (!stage) return tl::unexpected(stage.error());
    plan.stages.push_back(std::move(*stage));
  }
  auto routes = compile_routes(config.routes);
  if (!routes) return tl::unexpected(routes.error());
  plan.routes = std::move(*routes);
  return plan;
}

Result<SessionPlugins> make_session_plugins(const Config& config, const PluginDirectory& directory,
                                            const PluginInstance::Surroundings& surroundings) {
  SessionPlugins plugins;
  for (const PluginConfig& entry : config.plugins) {
    auto opened = open_plugin(entry, directory);
    if (!opened) return tl::unexpected(opened.error());
    if (opened->library->roles().session == nullptr) continue;
    auto instance =
        PluginInstance::create(std::move(opened->library), opened->name, entry.config, surroundings);
    if (!instance) return tl::unexpected(instance.error());
    plugins.push_back(std::make_shared<SessionPlugin>(std::move(*instance), surroundings.logger));
  }
  return plugins;
}

Result<std::vector<std::string>> plugin_names(const Config& config, const PluginDirectory& directory) {
  std::vector<std::string> names;
  for (const PluginConfig& entry : config.plugins) {
    const auto opened = open_plugin(entry, directory);
    if (!opened) return tl::unexpected(opened.error());
    names.push_back(opened->name + " " + std::string(opened->library->version()) + " (" +
                    opened->library->path().string() + ")");
  }
  return names;
}

}  // namespace relay
