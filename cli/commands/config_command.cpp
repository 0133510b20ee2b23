#include "cli/commands/config_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/output/stream.h"
#include "cli/plugin/config_schemas.h"
#include "config/loader.h"
#include "config/render.h"

namespace relay {
namespace {

constexpr const char* kFooter = R"(Examples:
  senecactl config default > seneca.json
  senecactl config check seneca.json
  senecactl config show seneca.json --set server.threads=4 --origin)";

struct ConfigArguments {
  std::string file;
  std::vector<std::string> overrides;
  bool origin = false;
  bool with_plugins = false;
};

ExitCode print(const std::string& text) {
  const WriteOutcome outcome = write_stdout(text.empty() || text.back() == '\n' ? text : text + "\n");
  return outcome == WriteOutcome::ok ? ExitCode::ok : write_failure(outcome, "senecactl config");
}

ExitCode with_config(const ConfigArguments& arguments,
                     const std::function<ExitCode(const LoadedConfig&)>& use) {
  const ConfigResult loaded = arguments.file.empty() ? load_default_config(arguments.overrides)
                                                     : load_config_file(arguments.file, arguments.overrides);
  if (loaded) return use(*loaded);
  for (const ConfigProblem& problem : loaded.error()) write_stderr(problem.to_string() + "\n");
  return ExitCode::bad_config;
}

ExitCode check(const ConfigArguments& arguments) {
  return with_config(arguments, [&arguments](const LoadedConfig&) { return print(arguments.file + ": ok"); });
}

ExitCode show(const ConfigArguments& arguments) {
  return with_config(arguments, [&arguments](const LoadedConfig& loaded) {
    return print(arguments.origin ? show_config_origins(loaded) : show_config(loaded.config));
  });
}

// With a file, whose plugins are opened, or with all plugins there are, it says what their "config" may hold.
ExitCode schema(const ConfigArguments& arguments) {
  const std::string plain = config_schema_json();
  if (arguments.with_plugins) return print(with_plugin_schemas(plain, schemas_of_known_plugins()));
  if (arguments.file.empty()) return print(plain);
  return with_config(arguments, [&plain](const LoadedConfig& loaded) {
    const auto schemas = schemas_of_plugins(loaded.config);
    if (schemas) return print(with_plugin_schemas(plain, *schemas));
    write_stderr(schemas.error().to_string() + "\n");
    return ExitCode::bad_config;
  });
}

void add_overrides(CLI::App& verb, ConfigArguments& arguments) {
  verb.add_option("--set", arguments.overrides, "Override one key (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace

void add_config_command(CLI::App& app, GlobalOptions& global) {
  const auto arguments = std::make_shared<ConfigArguments>();
  CLI::App& verb = *app.add_subcommand("config", "Check, show and explain configurations");
  verb.require_subcommand(1);
  verb.footer(kFooter);

  CLI::App& checking =
      *verb.add_subcommand("check", "Say everything that is wrong with a configuration file");
  checking.add_option("FILE", arguments->file, "The configuration file")->type_name("")->required();
  add_overrides(checking, *arguments);
  checking.callback([arguments, &global] { global.command = [arguments] { return check(*arguments); }; });

  CLI::App& showing = *verb.add_subcommand("show", "Print the configuration in force, every key written out");
  showing.add_option("FILE", arguments->file, "The configuration file; without it the defaults")
      ->type_name("");
  showing.add_flag("--origin", arguments->origin, "Print where each key was set instead");
  add_overrides(showing, *arguments);
  showing.callback([arguments, &global] { global.command = [arguments] { return show(*arguments); }; });

  verb.add_subcommand("default", "Print the default configuration with comments")->callback([&global] {
    global.command = [] { return print(default_config_text()); };
  });
  CLI::App& schemas = *verb.add_subcommand("schema", "Print the JSON Schema of the configuration");
  CLI::Option* const file =
      schemas.add_option("FILE", arguments->file, "A configuration file: its plugins' schemas as well")
          ->type_name("");
  schemas.add_flag("--with-plugins", arguments->with_plugins, "The schemas of all plugins that there are")
      ->excludes(file);
  schemas.callback([arguments, &global] { global.command = [arguments] { return schema(*arguments); }; });
}

}  // namespace relay
