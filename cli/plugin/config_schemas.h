#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace relay {

/// What one plugin says its configuration looks like.
struct PluginConfigSchema {
  std::string path;    ///< as a configuration names the plugin
  std::string schema;  ///< JSON Schema of its "config"
};

/// Those of the plugins that `config` names, which are opened; plugins without one are left out. The error is
/// that of the first plugin that cannot be opened.
[[nodiscard]] Result<std::vector<PluginConfigSchema>> schemas_of_plugins(const Config& config);
/// Those of all plugins that can be named; what is no plugin is left out.
[[nodiscard]] std::vector<PluginConfigSchema> schemas_of_known_plugins();

/// `schema`, the JSON Schema of a configuration, with those of plugins put in where they apply.
[[nodiscard]] std::string with_plugin_schemas(const std::string& schema,
                                              const std::vector<PluginConfigSchema>& plugins);

}  // namespace relay
