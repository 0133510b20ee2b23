#include "cli/app.h"

#include <seneca/version.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>

#include "auth/key_file.h"
#include "base/nearest.h"
#include "cli/commands/bench.h"
#include "cli/commands/config_command.h"
#include "cli/commands/dead_letters.h"
#include "cli/commands/export.h"
#include "cli/commands/import.h"
#include "cli/commands/inject.h"
#include "cli/commands/journal_command.h"
#include "cli/commands/plugin_command.h"
#include "cli/commands/replay.h"
#include "cli/commands/serve.h"
#include "cli/commands/stats.h"
#include "cli/commands/tail.h"
#include "cli/commands/token.h"
#include "cli/commands/why.h"
#include "cli/options.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(Every flag can also be set in the environment: --url as SENECA_URL, --min-priority as
SENECA_MIN_PRIORITY and so on. The command line wins.

Exit status: 0 ok, 1 a check failed, 2 a check is critical, 27 --wait ran out, 64 usage, 65 bad data,
69 cannot reach the relay, 73 cannot write, 77 denied, 78 bad configuration, 130 interrupted.)";

void add_global_options(CLI::App& app, GlobalOptions& global) {
  const auto parse_relay_url = [&global](const std::string& text) -> Status {
    Result<Url> url = parse_url(text);
    if (!url) return tl::unexpected<Error>(url.error());
    url->token = std::move(global.url.token);
    global.url = *std::move(url);
    return {};
  };
  add_parsed_option(app, "--url", "URL", "The relay: ws://, wss://, http:// or https:// HOST:PORT[/PREFIX]",
                    parse_relay_url)
      ->default_str("ws://127.0.0.1:8000");
  const auto take_token = [&global](const std::string& text) -> Status {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (!plain || text.empty())
      return fail("bad_token", "", "is no token: it is empty, or has blanks or line breaks in it");
    global.url.token = text;
    return {};
  };
  add_parsed_option(app, "--token", "TOKEN",
                    "A token for a relay that asks for one; others may see it in the list of processes",
                    take_token);
  // Behind the other, so that it wins.
  add_parsed_option(app, "--token-file", "FILE", "A file with the token",
                    [take_token](const std::string& path) -> Status {
                      const Result<std::string> text = read_key_file(path, KeyFileKind::secret);
                      if (!text) return fail(text.error().code, path, text.error().message);
                      return take_token(secret_of(*text));
                    });
  const std::map<std::string, OutputFormat> formats{{"text", OutputFormat::text},
                                                    {"json", OutputFormat::json},
                                                    {"jsonl", OutputFormat::jsonl},
                                                    {"logfmt", OutputFormat::logfmt}};
  add_choice_option(app, "-o,--output", global.output, formats,
                    "How to print data: text, json, jsonl or logfmt");
  const std::map<std::string, ColorMode> colors{
      {"auto", ColorMode::automatic}, {"always", ColorMode::always}, {"never", ColorMode::never}};
  add_choice_option(app, "--color", global.color, colors,
                    "Colours: auto (a terminal and no NO_COLOR), always, never");
  app.add_flag("-q,--quiet", global.quiet, "No notices on stderr, only errors");
  app.add_flag("-v,--verbose", global.verbose, "More notices on stderr");
  add_duration_option(app, "--timeout", global.timeout_s, "How long to wait for a connection or an answer")
      ->default_str("5s");
}

std::string environment_name(const CLI::Option& option) {
  std::string name = "SENECA_" + option.get_lnames().front();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return name;
}

void name_environment(CLI::App& app) {
  for (CLI::Option* option : app.get_options([](CLI::Option* each) { return !each->get_lnames().empty(); })) {
    const std::string& name = option->get_lnames().front();
    if (name != "help" && name != "version") option->envname(environment_name(*option));
  }
  for (CLI::App* verb : app.get_subcommands([](CLI::App*) { return true; })) {
    verb->parse_complete_callback(
        [] {});  // else CLI11 reads the environment of verbs that were not given, too
    name_environment(*verb);
  }
}

const CLI::App& chosen(const CLI::App& app, std::string& path) {
  path += app.get_name();
  const std::vector<CLI::App*> parsed = app.get_subcommands();
  if (parsed.empty()) return app;
  path += ' ';
  return chosen(*parsed.front(), path);
}

void collect_flags(const CLI::App& app, std::vector<std::string>& flags) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  if (app.get_parent()) collect_flags(*app.get_parent(), flags);
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  const std::string_view near = nearest(word, views);
  return near.empty() ? "" : "; did you mean " + std::string(near) + "?";
}

std::vector<std::string> verbs_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(verb->get_name());
  return names;
}

std::string join(const std::vector<std::string>& words) { return CLI::detail::join(words, ", "); }

std::string explain(const CLI::App& app, const CLI::App& verb, const CLI::ParseError& error) {
  const std::vector<std::string> extras = app.remaining(true);
  const auto flag = std::find_if(extras.begin(), extras.end(), [](const std::string& word) {
    return word.size() > 1 && word.front() == '-';
  });
  if (flag != extras.end()) {
    std::vector<std::string> flags;
    collect_flags(verb, flags);
    const std::string name = flag->substr(0, flag->find('='));
    return "unknown option " + name + suggestion(name, flags);
  }
  const std::vector<std::string> verbs = verbs_of(verb);
  if (!extras.empty() && !verbs.empty())
    return "unknown command " + extras.front() + suggestion(extras.front(), verbs);
  if (!extras.empty()) return "unexpected argument " + extras.front();
  if (error.get_name() == "RequiredError" && !verbs.empty()) return "needs a command: " + join(verbs);
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

std::unique_ptr<CLI::App> make_app(GlobalOptions& global) {
  auto app =
      std::make_unique<CLI::App>("Starts, watches, feeds and measures a Seneca event relay.", "senecactl");
  app->set_version_flag("--version", "senecactl " SENECA_VERSION_STRING, "Print the version");
  app->require_subcommand(1);
  app->footer(kFooter);
  add_global_options(*app, global);
  app->fallthrough();  // inherited by the verbs: `senecactl tail -o jsonl` finds -o here
  add_serve_command(*app, global);
  add_tail_command(*app, global);
  add_inject_command(*app, global);
  add_stats_command(*app, global);
  add_why_command(*app, global);
  add_dead_letters_command(*app, global);
  add_journal_command(*app, global);
  add_export_command(*app, global);
  add_import_command(*app, global);
  add_replay_command(*app, global);
  add_bench_command(*app, global);
  add_plugin_command(*app, global);
  add_token_command(*app, global);
  add_config_command(*app, global);
  name_environment(*app);
  return app;
}

std::optional<ParseEnd> parse_command_line(CLI::App& app, std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    app.parse(std::move(arguments));
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    ParseEnd end;
    if (error.get_exit_code() == 0) {
      std::ostringstream out, err;
      app.exit(error, out, err);
      end.out = out.str();
      return end;
    }
    std::string path;
    const CLI::App& verb = chosen(app, path);
    end.exit_code = ExitCode::usage;
    const std::string what = explain(app, verb, error);
    end.err = path + ": " + what + (what.back() == '?' ? " See " : "; see ") + path + " --help\n";
    return end;
  }
}

}  // namespace relay
