#include "server/plan.h"

#include <sstream>
#include <utility>

#include "pipeline/route_table.h"
#include "plugin/library.h"

namespace relay {
namespace {

std::string plugin_name(const PluginConfig& config, const std::filesystem::path& file) {
  return config.name.empty() ? file.stem().string() : config.name;
}

// The configured patterns, else those the plugin says it is made for.
Result<PatternSet> patterns_of(const PluginConfig& config, const PluginInstance& plugin) {
  if (!config.match.empty()) return PatternSet::parse(config.match);
  std::vector<std::string> own;
  std::istringstream words{std::string(plugin.own_match())};
  for (std::string word; words >> word;) own.push_back(word);
  return PatternSet::parse(own);
}

/// What a configuration entry names.
struct Found {
  std::string name;
  std::shared_ptr<PluginLibrary> library;
};

Result<Found> find_plugin(const PluginConfig& config, const PluginDirectory& directory) {
  const auto file = directory.find(config.path);
  if (!file) return tl::unexpected(file.error());
  auto library = PluginLibrary::open(*file);
  if (!library) return tl::unexpected(library.error());
  return Found{plugin_name(config, *file), std::move(*library)};
}

Result<Stage> make_stage(const PluginConfig& config, Found found,
                         const PluginInstance::Surroundings& surroundings) {
  auto plugin = PluginInstance::create(std::move(found.library), found.name, config.config, surroundings);
  if (!plugin) return tl::unexpected(plugin.error());
  auto match = patterns_of(config, **plugin);
  if (!match) return fail(match.error().code, "plugins/" + found.name + "/match", match.error().message);
  return Stage(std::move(*plugin), std::move(*match), config);
}

}  // namespace

Result<PipelinePlan> make_plan(const Config& config, const PluginDirectory& directory,
                               const PluginInstance::Surroundings& surroundings) {
  PipelinePlan plan;
  for (const PluginConfig& entry : config.plugins) {
    auto found = find_plugin(entry, directory);
    if (!found) return tl::unexpected(found.error());
    if (!found->library->roles().in_pipeline()) continue;
    auto stage = make_stage(entry, std::move(*found), surroundings);
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
    auto found = find_plugin(entry, directory);
    if (!found) return tl::unexpected(found.error());
    if (found->library->roles().session == nullptr) continue;
    auto instance =
        PluginInstance::create(std::move(found->library), found->name, entry.config, surroundings);
    if (!instance) return tl::unexpected(instance.error());
    plugins.push_back(std::make_shared<SessionPlugin>(std::move(*instance), surroundings.logger));
  }
  return plugins;
}

Result<std::vector<std::string>> plugin_names(const Config& config, const PluginDirectory& directory) {
  std::vector<std::string> names;
  for (const PluginConfig& entry : config.plugins) {
    const auto found = find_plugin(entry, directory);
    if (!found) return tl::unexpected(found.error());
    names.push_back(found->name + " " + std::string(found->library->version()) + " (" +
                    found->library->path().string() + ")");
  }
  return names;
}

}  // namespace relay
