#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/commands/plugin_verbs.h"

namespace relay {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> roles_of(const PluginRoles& roles) {
  const std::pair<const void*, const char*> all[] = {
      {roles.filter, SENECA_FILTER}, {roles.view, SENECA_VIEW},       {roles.timer, SENECA_TIMER},
      {roles.state, SENECA_STATE},   {roles.session, SENECA_SESSION}, {roles.source, SENECA_SOURCE},
      {roles.sink, SENECA_SINK}};
  std::vector<std::string> names;
  for (const auto& [table, id] : all)
    if (table != nullptr) names.emplace_back(id);
  return names;
}

Json describe(const PluginLibrary& library) {
  const PluginRoles& roles = library.roles();
  Json info = {
      {"id", library.id()},
      {"version", library.version()},
      {"summary", library.summary()},
      {"path", library.path().string()},
      {"abi", std::to_string(library.table().abi_major) + '.' + std::to_string(library.table().abi_minor)},
      {"roles", roles_of(roles)}};
  if (roles.filter != nullptr && SENECA_HAS(roles.filter, match)) info["match"] = roles.filter->match;
  if (roles.timer != nullptr) info["interval_ms"] = roles.timer->interval_ms;
  if (!library.config_schema().empty()) info["config_schema"] = Json::parse(library.config_schema());
  return info;
}

std::string joined(const Json& words) {
  std::string text;
  for (const Json& word : words) text += (text.empty() ? "" : ", ") + word.get<std::string>();
  return text;
}

// A line a key: its type, whether it is required, and what it is for.
std::string keys_text(const Json& schema) {
  std::string text;
  const Json required = schema.value("required", Json::array());
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [key, property] : properties.items()) {
    const Json type = property.value("type", Json("any"));
    text += "  " + key + "  " + (type.is_string() ? type.get<std::string>() : type.dump());
    if (std::find(required.begin(), required.end(), key) != required.end()) text += ", required";
    if (property.contains("default")) text += ", by default " + property["default"].dump();
    if (property.contains("description")) text += ": " + property["description"].get<std::string>();
    text += '\n';
  }
  return text;
}

std::string info_text(const Json& info) {
  std::string text = info["id"].get<std::string>() + ' ' + info["version"].get<std::string>();
  if (const auto summary = info["summary"].get<std::string>(); !summary.empty()) text += ": " + summary;
  text += "\npath   " + info["path"].get<std::string>() + "\nabi    " + info["abi"].get<std::string>() +
          "\nroles  " + joined(info["roles"]) + '\n';
  if (info.contains("match")) text += "match  " + info["match"].get<std::string>() + '\n';
  if (info.contains("interval_ms"))
    text += "timer  every " + std::to_string(info["interval_ms"].get<uint32_t>()) + " ms\n";
  if (!info.contains("config_schema")) return text + "config any object: it has no schema\n";
  const std::string keys = keys_text(info["config_schema"]);
  return text + (keys.empty() ? "config takes no keys\n" : "config\n" + keys);
}

ExitCode run_info(const PluginArguments& arguments, const GlobalOptions& global) {
  const Notices notices("senecactl plugin info", global);
  const auto bench = PluginWorkbench::open(arguments.file, notices);
  if (!bench) {
    notices.error(bench.error().to_string());
    return ExitCode::bad_config;
  }
  const Json info = describe(*(*bench)->library());
  const bool pretty = global.output == OutputFormat::json;
  const std::string text =
      global.output == OutputFormat::text ? info_text(info) : info.dump(pretty ? 2 : -1) + '\n';
  const WriteOutcome outcome = write_stdout(text);
  return outcome == WriteOutcome::ok ? ExitCode::ok : write_failure(outcome, notices.program());
}

}  // namespace

void add_plugin_info_verb(CLI::App& plugin, GlobalOptions& global) {
  const auto arguments = std::make_shared<PluginArguments>();
  CLI::App& verb =
      *plugin.add_subcommand("info", "Say what a plugin is and which keys its configuration has");
  add_plugin_file(verb, *arguments);
  verb.callback([arguments, &global] {
    global.command = [arguments, &global] { return run_info(*arguments, global); };
  });
}

}  // namespace relay
