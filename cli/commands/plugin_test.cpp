#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <utility>

#include "cli/commands/plugin_verbs.h"
#include "cli/plugin/trial.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(Each line of the input is an event in any envelope the relay takes, {"tick": TIME} to run the timer at
that time, or a comment that begins with #. An event's time is the present time while it is processed.
What comes out: {"pass": EVENT}, {"emit": EVENT}, {"publish": EVENT}, {"drop": ID, "reason": …}, {"reject": …},
{"fail": …}, and with --view {"view": NAME, "id": ID, "payload": …}. Lines are compared as JSON values.

Examples:
  senecactl plugin test build/my-filter.so --input golden/first.in.jsonl --expect golden/first.out.jsonl
  senecactl plugin test build/my-filter.so --input golden/first.in.jsonl --expect golden/first.out.jsonl --update)";

constexpr size_t kMaxDifferencesShown = 5;

struct TestArguments {
  PluginArguments plugin;
  std::string input;
  std::string expect;
  std::vector<std::string> views;
  bool update = false;
};

using Lines = std::vector<std::string>;

std::optional<Lines> read_lines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  Lines lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<Lines> walk_all(const TestArguments& arguments, const Notices& notices) {
  const std::optional<Lines> input = read_lines(arguments.input);
  if (!input) return fail("no_input", arguments.input, "cannot be read");
  auto bench = PluginWorkbench::open(arguments.plugin.file, notices, arguments.plugin.isolated);
  if (!bench) return tl::unexpected(bench.error());
  auto config = read_plugin_config(arguments.plugin.config);
  if (!config) return tl::unexpected(config.error());
  auto trial = PluginTrial::make(**bench, {*config, arguments.plugin.match, arguments.views});
  if (!trial) return tl::unexpected(trial.error());
  Lines out;
  std::vector<Fate> fates;
  for (size_t i = 0; i < input->size(); ++i) {
    const std::string number = std::to_string(i + 1);
    const Status walked =
        (*trial)->walk((*input)[i], arguments.input + ':' + number, "line-" + number, fates);
    if (!walked) return tl::unexpected(walked.error());
    for (const Fate& fate : fates) append_fate_json(out.emplace_back(), fate);
    fates.clear();
  }
  return out;
}

bool same_value(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto x = nlohmann::json::parse(a, nullptr, false), y = nlohmann::json::parse(b, nullptr, false);
  return !x.is_discarded() && x == y;
}

ExitCode print(const std::string& text, const Notices& notices) {
  const WriteOutcome outcome = write_stdout(text);
  return outcome == WriteOutcome::ok ? ExitCode::ok : write_failure(outcome, notices.program());
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

ExitCode update(const std::string& path, const Lines& now, const Notices& notices) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << joined(now) << std::flush;
  if (!file) {
    notices.error(path + ": cannot be written");
    return ExitCode::cannot_write;
  }
  return print(path + ": " + std::to_string(now.size()) + " lines written; read them before you keep them\n",
               notices);
}

ExitCode compare(const std::string& path, const Lines& now, const Notices& notices) {
  const std::optional<Lines> expected = read_lines(path);
  if (!expected) {
    notices.error(path + ": cannot be read; --update writes it");
    return ExitCode::bad_data;
  }
  size_t differences = 0;
  std::string text;
  for (size_t i = 0; i < std::max(now.size(), expected->size()); ++i) {
    const std::string* const wanted = i < expected->size() ? &(*expected)[i] : nullptr;
    const std::string* const got = i < now.size() ? &now[i] : nullptr;
    if (wanted != nullptr && got != nullptr && same_value(*wanted, *got)) continue;
    if (++differences > kMaxDifferencesShown) continue;
    text += path + ':' + std::to_string(i + 1) + '\n';
    if (wanted != nullptr) text += "- " + *wanted + '\n';
    if (got != nullptr) text += "+ " + *got + '\n';
  }
  if (differences == 0) return print("ok, " + std::to_string(now.size()) + " lines as expected\n", notices);
  text += std::to_string(differences) + " lines differ (- expected, + now)";
  if (differences > kMaxDifferencesShown)
    text += ", the first " + std::to_string(kMaxDifferencesShown) + " above";
  if (const ExitCode printed = print(text + '\n', notices); printed != ExitCode::ok) return printed;
  return ExitCode::check_failed;
}

ExitCode run_test(const TestArguments& arguments, const GlobalOptions& global) {
  const Notices notices("senecactl plugin test", global);
  const Result<Lines> now = walk_all(arguments, notices);
  if (!now) {
    notices.error(now.error().to_string());
    return now.error().code.starts_with("plugin_") || now.error().code.starts_with("bad_config")
               ? ExitCode::bad_config
               : ExitCode::bad_data;
  }
  if (arguments.expect.empty()) return print(joined(*now), notices);
  return arguments.update ? update(arguments.expect, *now, notices)
                          : compare(arguments.expect, *now, notices);
}

}  // namespace

void add_plugin_test_verb(CLI::App& plugin, GlobalOptions& global) {
  const auto arguments = std::make_shared<TestArguments>();
  CLI::App& verb = *plugin.add_subcommand("test", "Walk events through a plugin and compare what comes out");
  add_plugin_file(verb, arguments->plugin);
  add_plugin_settings(verb, arguments->plugin);
  verb.add_option("--input", arguments->input, "The events, a line each")->type_name("FILE")->required();
  CLI::Option* const expect =
      verb.add_option("--expect", arguments->expect, "What must come out; without it that is printed")
          ->type_name("FILE");
  verb.add_flag("--update", arguments->update, "Write what comes out to the --expect file")->needs(expect);
  verb.add_option("--view", arguments->views, "Also render what goes on for this UI event (repeatable)")
      ->type_name("NAME")
      ->allow_extra_args(false);
  verb.footer(kFooter);
  verb.callback([arguments, &global] {
    global.command = [arguments, &global] { return run_test(*arguments, global); };
  });
}

}  // namespace relay
