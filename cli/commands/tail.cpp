#include "cli/commands/tail.h"

#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "cli/client/tail_session.h"
#include "cli/options.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(PATTERN is a type in which * stands for one level and ** for any depth; without one, every event is shown.

Examples:
  senecactl tail 'agent.**' --filter 'priority >= high'
  senecactl tail -n 20 --room dev -o jsonl | jq .data
  senecactl tail task.blocked --wait 10s && echo blocked)";

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
  return TailSession(**loop, global, options, *std::move(subscription), clock).run();
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
  verb.add_flag("--no-reconnect", *no_reconnect, "Exit 69 when the connection is lost");
  verb.footer(kFooter);
  verb.callback([options, no_reconnect, &global] {
    options->reconnect = !*no_reconnect;
    if (options->wait_s > 0 && !options->count) options->count = 1;
    global.command = [options, &global] { return run_tail(*options, global); };
  });
}

}  // namespace relay
