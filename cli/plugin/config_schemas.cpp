#include "cli/plugin/config_schemas.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/plugin/places.h"
#include "plugin/directory.h"
#include "plugin/library.h"

namespace relay {
namespace {

using Json = nlohmann::ordered_json;

Result<PluginConfigSchema> schema_of(const PluginDirectory& directory, const std::string& wanted) {
  const auto file = directory.find(wanted);
  if (!file) return tl::unexpected(file.error());
  const auto library = PluginLibrary::open(*file);
  if (!library) return tl::unexpected(library.error());
  return PluginConfigSchema{wanted, std::string((*library)->config_schema())};
}

}  // namespace

Result<std::vector<PluginConfigSchema>> schemas_of_plugins(const Config& config) {
  const PluginDirectory directory(plugin_places());
  std::vector<PluginConfigSchema> schemas;
  for (const PluginConfig& plugin : config.plugins) {
    auto schema = schema_of(directory, plugin.path);
    if (!schema) return tl::unexpected(schema.error());
    if (!schema->schema.empty()) schemas.push_back(std::move(*schema));
  }
  return schemas;
}

std::vector<PluginConfigSchema> schemas_of_known_plugins() {
  const PluginDirectory directory(plugin_places());
  std::vector<PluginConfigSchema> schemas;
  for (const std::filesystem::path& file : directory.files()) {
    auto schema = schema_of(directory, file.stem().string());
    if (schema && !schema->schema.empty()) schemas.push_back(std::move(*schema));
  }
  return schemas;
}

std::string with_plugin_schemas(const std::string& schema, const std::vector<PluginConfigSchema>& plugins) {
  Json whole = Json::parse(schema);
  Json rules = Json::array();
  for (const PluginConfigSchema& plugin : plugins) {
    const Json named = {{"properties", {{"path", {{"const", plugin.path}}}}}, {"required", {"path"}}};
    const Json fits = {{"properties", {{"config", Json::parse(plugin.schema)}}}};
    const Json rule = {{"if", named}, {"then", fits}};
    if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rules.push_back(rule);
  }
  if (!rules.empty()) whole["properties"]["plugins"]["items"]["allOf"] = std::move(rules);
  return whole.dump(2) + "\n";
}

}  // namespace relay
