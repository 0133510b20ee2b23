#include "cli/commands/plugin_admin.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/client/ask_relay.h"
#include "cli/output/stats_value.h"
#include "cli/output/stream.h"
#include "cli/output/table.h"
#include "net/client/client_loop.h"

namespace relay {
namespace {

using Json = nlohmann::ordered_json;

struct PluginAdminArguments {
  std::vector<std::string> names;
  bool json = false;
};

Json member(const Json& object, const std::string& key) {
  return object.is_object() ? object.value(key, Json("")) : Json("");
}

// Of a plugin that has a process of its own.
Json process_of(const Json& plugin) {
  const Json process = member(plugin, "process");
  if (!process.is_object()) return "";
  const Json ends = member(process, "ends");
  const std::string pid = member(process, "pid").dump();
  return ends == 0 ? pid : pid + ", ended " + stats_value("ends", ends) + " times";
}

// To the second.
Json loaded_at(const Json& plugin) {
  const Json time = member(plugin, "loaded_at");
  if (!time.is_string()) return time;
  return time.get<std::string>().substr(0, std::strlen("2026-03-03T12:00:00")) + 'Z';
}

// "3 of 4000 differ"; "" without one.
Json shadow_of(const Json& plugin) {
  const Json shadow = member(plugin, "shadow");
  if (!shadow.is_object()) return "";
  const std::string differ = stats_value("different", member(shadow, "different")) + " of " +
                             stats_value("events", member(shadow, "events")) + " differ";
  return member(shadow, "why") == "" ? differ : "left alone, " + differ;
}

/// One run of one of the verbs. Lives on the command's stack.
class PluginRun {
 public:
  PluginRun(const std::string& verb, const GlobalOptions& global, const PluginAdminArguments& arguments)
      : verb_(verb), global_(global), arguments_(arguments), notices_("senecactl plugin " + verb, global) {}

  ExitCode run() {
    Result<std::unique_ptr<ClientLoop>> loop = ClientLoop::make();
    if (!loop) return failed(loop.error());
    loop_ = std::move(*loop);
    return verb_ == "list" ? list() : order_all();
  }

 private:
  ExitCode list();
  ExitCode order_all();
  ExitCode order(const std::string& name);
  Result<Json> plugins();
  [[nodiscard]] std::string table(const Json& plugins) const;
  ExitCode print(const std::string& text) const;
  ExitCode failed(const Error& error) const {
    notices_.error(error.message);
    return exit_code_of_answer(error);
  }

  const std::string& verb_;
  const GlobalOptions& global_;
  const PluginAdminArguments& arguments_;
  const Notices notices_;
  std::unique_ptr<ClientLoop> loop_;
};

Result<Json> PluginRun::plugins() {
  const Result<std::string> answer = ask_relay(*loop_, global_, "/api/v1/plugins");
  if (!answer) return tl::unexpected<Error>(answer.error());
  Json json = Json::parse(*answer, nullptr, false);
  if (!json.is_object() || !json["plugins"].is_array())
    return fail("bad_answer", "plugins", "the relay's answer is no list of plugins");
  return std::move(json["plugins"]);
}

ExitCode PluginRun::list() {
  const Result<Json> list = plugins();
  if (!list) return failed(list.error());
  const bool machine = arguments_.json || global_.output != OutputFormat::text;
  return print(machine ? list->dump() + "\n" : table(*list));
}

std::string PluginRun::table(const Json& plugins) const {
  const std::vector<std::string> keys = {"name",    "version",      "state",        "roles",
                                         "events",  "ns_per_event", "dead_letters", "shadow",
                                         "process", "loaded_at",    "why"};
  std::vector<std::string> header;
  for (const std::string& key : keys) header.push_back(stats_label(key));
  Table rows(std::move(header));
  for (const Json& plugin : plugins) {
    std::vector<std::string> cells;
    std::vector<bool> numeric;
    for (const std::string& key : keys) {
      const Json value = key == "shadow"      ? shadow_of(plugin)
                         : key == "process"   ? process_of(plugin)
                         : key == "loaded_at" ? loaded_at(plugin)
                                              : member(plugin, key);
      cells.push_back(stats_value(key, value));
      numeric.push_back(value.is_number());
    }
    rows.add(std::move(cells), numeric);
  }
  return plugins.empty() ? "no plugins are configured\n" : rows.render("");
}

// Without names: all that can be reloaded, which sources cannot.
ExitCode PluginRun::order_all() {
  std::vector<std::string> names = arguments_.names;
  if (names.empty()) {
    const Result<Json> list = plugins();
    if (!list) return failed(list.error());
    for (const Json& plugin : *list) {
      const Json roles = plugin.value("roles", Json::array());
      if (std::find(roles.begin(), roles.end(), "source") == roles.end())
        names.push_back(plugin.value("name", ""));
    }
  }
  ExitCode worst = ExitCode::ok;
  for (const std::string& name : names)
    if (const ExitCode code = order(name); code != ExitCode::ok) worst = code;
  return worst;
}

ExitCode PluginRun::order(const std::string& name) {
  const Result<std::string> answer =
      order_relay(*loop_, global_, "/api/v1/plugins/" + percent_encode(name) + "/" + verb_);
  if (!answer) return failed(answer.error());
  if (arguments_.json || global_.output != OutputFormat::text) return print(*answer);
  const Json json = Json::parse(*answer, nullptr, false);
  if (!json.is_object()) return print(*answer);
  if (verb_ != "reload") return print(name + " is " + json.value("state", "") + "\n");
  const std::string version = json.value("version", ""), previous = json.value("previous_version", "");
  const std::string how = json.value("new_code", false) ? "version " + version + ", was " + previous
                                                        : "version " + version + ", the same file as before";
  return print(name + " is reloaded: " + how + "\n");
}

ExitCode PluginRun::print(const std::string& text) const {
  const WriteOutcome outcome = write_stdout(text);
  return outcome == WriteOutcome::ok ? ExitCode::ok : write_failure(outcome, notices_.program());
}

CLI::App& add_verb(CLI::App& plugin, GlobalOptions& global, const std::string& name, const std::string& help,
                   const std::shared_ptr<PluginAdminArguments>& arguments) {
  CLI::App& verb = *plugin.add_subcommand(name, help);
  verb.add_flag("--json", arguments->json, "The relay's answer as it is");
  verb.callback([name, arguments, &global] {
    global.command = [name, arguments, &global] { return PluginRun(name, global, *arguments).run(); };
  });
  return verb;
}

}  // namespace

void add_plugin_admin_verbs(CLI::App& plugin, GlobalOptions& global) {
  const auto arguments = std::make_shared<PluginAdminArguments>();
  (void)add_verb(plugin, global, "list", "Show the plugins of the running relay", arguments);
  add_verb(plugin, global, "reload", "Replace running plugins by what their files hold now", arguments)
      .add_option("NAME", arguments->names, "The plugins; without one all but sources")
      ->type_name("");
  const auto add_switch = [&](const std::string& name, const std::string& help) {
    add_verb(plugin, global, name, help, arguments)
        .add_option("NAME", arguments->names, "The plugins")
        ->required()
        ->type_name("");
  };
  add_switch("enable", "Have events pass through plugins again");
  add_switch("disable", "Let events pass by plugins unseen");
}

}  // namespace relay
