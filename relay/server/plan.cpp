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

Result<Stage> make_stage(const PluginConfig& config, const PluginDirectory& directory,
                         const PluginInstance::Surroundings& surroundings) {
  const auto file = directory.find(config.path);
  if (!file) return tl::unexpected(file.error());
  auto library = PluginLibrary::open(*file);
  if (!library) return tl::unexpected(library.error());
  auto plugin = PluginInstance::create(*library, plugin_name(config, *file), config.config, surroundings);
  if (!plugin) return tl::unexpected(plugin.error());
  auto match = patterns_of(config, **plugin);
  if (!match)
    return fail(match.error().code, "plugins/" + (*plugin)->name() + "/match", match.error().message);
  return Stage(std::move(*plugin), std::move(*match), config);
}

}  // namespace

Result<PipelinePlan> make_plan(const Config& config, const PluginDirectory& directory,
                               const PluginInstance::Surroundings& surroundings) {
  PipelinePlan plan;
  for (const PluginConfig& entry : config.plugins) {
    auto stage = make_stage(entry, directory, surroundings);
    if (!stage) return tl::unexpected(stage.error());
    plan.stages.push_back(std::move(*stage));
  }
  auto routes = compile_routes(config.routes);
  if (!routes) return tl::unexpected(routes.error());
  plan.routes = std::move(*routes);
  return plan;
}

}  // namespace relay
