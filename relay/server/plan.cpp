#include "server/plan.h"

#include <optional>
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

// Nothing for a plugin that only brings events in.
Result<std::optional<Stage>> make_stage(const PluginConfig& config, const PluginDirectory& directory,
                                        const PluginInstance::Surroundings& surroundings) {
  auto opened = open_plugin(config, directory);
  if (!opened) return tl::unexpected(opened.error());
  if (!opened->library->roles().in_pipeline()) return std::nullopt;
  auto plugin = PluginInstance::create(opened->library, std::move(opened->name), config.config, surroundings);
  if (!plugin) return tl::unexpected(plugin.error());
  auto match = patterns_of(config, **plugin);
  if (!match)
    return fail(match.error().code, "plugins/" + (*plugin)->name() + "/match", match.error().message);
  return Stage(std::move(*plugin), std::move(*match), config);
}

}  // namespace

Result<OpenedPlugin> open_plugin(const PluginConfig& config, const PluginDirectory& directory) {
  const auto file = directory.find(config.path);
  if (!file) return tl::unexpected(file.error());
  auto library = PluginLibrary::open(*file);
  if (!library) return tl::unexpected(library.error());
  return OpenedPlugin{std::move(*library), config.name.empty() ? file->stem().string() : config.name};
}

Result<PipelinePlan> make_plan(const Config& config, const PluginDirectory& directory,
                               const PluginInstance::Surroundings& surroundings) {
  PipelinePlan plan;
  for (const PluginConfig& entry : config.plugins) {
    auto stage = make_stage(entry, directory, surroundings);
    if (!stage) return tl::unexpected(stage.error());
    if (*stage) plan.stages.push_back(std::move(**stage));
  }
  auto routes = compile_routes(config.routes);
  if (!routes) return tl::unexpected(routes.error());
  plan.routes = std::move(*routes);
  return plan;
}

}  // namespace relay
