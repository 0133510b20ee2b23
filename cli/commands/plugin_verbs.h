#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/global_options.h"
#include "cli/output/stream.h"
#include "cli/plugin/workbench.h"

namespace CLI {
class App;
}

namespace relay {

// The verbs of `senecactl plugin` that need no relay, a file each.
void add_plugin_bench_verb(CLI::App& plugin, GlobalOptions& global);
void add_plugin_info_verb(CLI::App& plugin, GlobalOptions& global);
void add_plugin_new_verb(CLI::App& plugin, GlobalOptions& global);
void add_plugin_run_verb(CLI::App& plugin, GlobalOptions& global);
void add_plugin_test_verb(CLI::App& plugin, GlobalOptions& global);
void add_plugin_verify_verb(CLI::App& plugin, GlobalOptions& global);

/// What says which plugin, and how it is configured.
struct PluginArguments {
  std::string file;
  std::string config = "{}";
  std::vector<std::string> match;
  bool isolated = false;
};

void add_plugin_file(CLI::App& verb, PluginArguments& arguments);
/// --config, --match and --isolated.
void add_plugin_settings(CLI::App& verb, PluginArguments& arguments);

}  // namespace relay
