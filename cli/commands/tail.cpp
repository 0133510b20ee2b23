#include "cli/commands/tail.h"

#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "cli/client/tail_session.h"
#include "cli/client/tap_watch.h"
#include "cli/options.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(PATTERN is a type in which * stands for one level and ** for any depth; without one, every event is shown.

Examples:
  senecactl tail 'agent.**' --filter 'priority >= high'
  senecactl tail -n 20 --room dev -o jsonl | jq .data
  senecactl tail task.blocked --wait 10s && echo blocked
  senecactl tail --diff redact 'agent.**')";

ExitCode run_tail(const TailOptions& options, const GlobalOptions& global) {
  const Notices notices("senecactl tail", global);
  Result<Subscription> subscription = Subscription::make(options.selection);
  if (!subscription) {
    notices.error(subscription.error().subject + ": " + subscription.error().message);
    return ExitCode::usage;
  }
  const Result<std::unique_ptr<ClientLoop>> loop = ClientLoop::make();
  if (!loop) {
    notices.error(loop.error().message);
    return ExitCode::unreachable;
  }
  const SystemClock clock;
  if (!options.stage.empty() || !options.diff.empty())
    return TapWatch(**loop, global, options, *std::move(subscription), clock).run();
  return TailSession(**loop, global, options, *std::move(subscription), clock).run();
}

void check_places(const TailOptions& options, const CLI::App& verb) {
  const std::string flag = options.diff.empty() ? "--stage" : "--diff";
  if (options.diff.empty() && options.stage.empty()) return;
  for (const char* other : {"--last", "--since", "--room"})
    if (verb.count(other) > 0)
      throw CLI::ValidationError(std::string(other) + " does not go with " + flag +
                                 ": between plugins events have no offset and no rooms yet");
  if (options.diff.empty()) return;
  for (const char* other : {"--stage", "--fields", "--rate"})
    if (verb.count(other) > 0)
      throw CLI::ValidationError(std::string(other) + " does not go with --diff, which shows changes");
}

void add_selection(CLI::App& verb, TailSelection& selection) {
  verb.add_option("PATTERN", selection.match, "Types to show, any of them")->type_name("");
  auto* const last =
      add_count_option(verb, "-n,--last", selection.last, "Begin with the N newest matching events");
  verb.add_option("--since", selection.since, "Begin in the past: 5m, an RFC 3339 time or offset:N")
      ->type_name("WHEN")
      ->excludes(last);
  verb.add_option("--filter", selection.filter, "Only events for which the expression holds")
      ->type_name("EXPR");
  verb.add_option("--not", selection.not_match, "Leave out these types (repeatable)")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  verb.add_option("--room", selection.rooms, "Only events sent to this room (repeatable: any of them)")
      ->type_name("ROOM")
      ->allow_extra_args(false);
  const std::map<std::string, std::string> priorities{
      {"critical", "critical"}, {"high", "high"}, {"normal", "normal"}, {"low", ""}};
  add_choice_option(verb, "--min-priority", selection.min_priority, priorities,
                    "Only events at least this urgent: critical, high, normal or low");
}

}  // namespace

void add_tail_command(CLI::App& app, GlobalOptions& global) {
  const auto options = std::make_shared<TailOptions>();
  const auto no_reconnect = std::make_shared<bool>(false);
  CLI::App& verb = *app.add_subcommand("tail", "Print events as they happen");
  add_selection(verb, options->selection);
  add_count_option(verb, "-C,--count", options->count, "End after N events");
  add_duration_option(verb, "--wait", options->wait_s,
                      "Wait at most so long for the --count events (by default the first), then exit 27");
  auto* const fields = verb.add_option("--fields", options->fields,
                                       "What to print: attributes and data paths such as data.agent.id")
                           ->type_name("A,B")
                           ->delimiter(',')
                           ->allow_extra_args(false);
  verb.add_flag("--rate", options->rate, "Events per second and type, instead of the events")
      ->excludes(fields);
  verb.add_option("--stage", options->stage,
                  "Events as they are before the plugins (in), behind them (out) or behind a plugin")
      ->type_name("in|out|PLUGIN");
  verb.add_option("--diff", options->diff,
                  "What a plugin makes of each event that it does not leave as it is")
      ->type_name("PLUGIN");
  verb.add_flag("--no-reconnect", *no_reconnect, "Exit 69 when the connection is lost");
  verb.footer(kFooter);
  verb.callback([options, no_reconnect, &verb, &global] {
    check_places(*options, verb);
    options->reconnect = !*no_reconnect;
    if (options->wait_s > 0 && !options->count) options->count = 1;
    global.command = [options, &global] { return run_tail(*options, global); };
  });
}

}  // namespace relay
