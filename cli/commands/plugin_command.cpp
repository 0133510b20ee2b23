#include "cli/commands/plugin_command.h"

#include <CLI/CLI.hpp>

#include "cli/commands/plugin_admin.h"
#include "cli/commands/plugin_verbs.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(FILE is a shared object, or the name of a plugin beside senecactl or in SENECA_PLUGIN_PATH.

Examples:
  senecactl plugin new my-filter && cd my-filter && cmake -B build && cmake --build build
  senecactl plugin verify build/my-filter.so
  senecactl plugin test build/my-filter.so --input golden/first.in.jsonl --expect golden/first.out.jsonl
  senecactl plugin run topic-filter --config '{"deny":["agent.idle"]}' < events.jsonl
  senecactl plugin bench build/my-filter.so)";

}  // namespace

void add_plugin_file(CLI::App& verb, PluginArguments& arguments) {
  verb.add_option("FILE", arguments.file, "The plugin: a file, or a name")->required()->type_name("");
}

void add_plugin_settings(CLI::App& verb, PluginArguments& arguments) {
  verb.add_option("--config", arguments.config, "Its configuration, a JSON object or a file of one")
      ->type_name("JSON|@FILE");
  verb.add_option("--match", arguments.match,
                  "Show it events of these types only (repeatable); by default those it is made for")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  verb.add_flag("--isolated", arguments.isolated, "In a process of its own, as with isolation: process");
}

void add_plugin_command(CLI::App& app, GlobalOptions& global) {
  CLI::App& plugin = *app.add_subcommand("plugin", "Make, test, measure and run plugins");
  plugin.require_subcommand(1);
  plugin.footer(kFooter);
  add_plugin_info_verb(plugin, global);
  add_plugin_new_verb(plugin, global);
  add_plugin_test_verb(plugin, global);
  add_plugin_verify_verb(plugin, global);
  add_plugin_bench_verb(plugin, global);
  add_plugin_run_verb(plugin, global);
  add_plugin_admin_verbs(plugin, global);
}

}  // namespace relay
