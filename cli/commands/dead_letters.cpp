#include "cli/commands/dead_letters.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <seneca/json.hpp>
#include <string>
#include <utility>

#include "cli/client/ask_relay.h"
#include "cli/options.h"
#include "cli/output/event_printer.h"
#include "net/client/client_loop.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(Prints whole events, a JSON line each, that `plugin test` and `inject` take as they are; with two more
attributes: deadletterplugin, and deadletterreason.

Examples:
  senecactl dead-letters --plugin enrich -n 1 | jq .
  senecactl dead-letters --plugin enrich > dead.jsonl
  senecactl plugin test enrich --config @mended.json --input dead.jsonl
  senecactl inject - < dead.jsonl)";

struct DeadLettersOptions {
  std::string plugin;
  std::optional<uint64_t> last;
};

EventFormatOptions format_of(const GlobalOptions& global) {
  EventFormatOptions format;
  format.format = global.output == OutputFormat::text ? OutputFormat::jsonl : global.output;
  return format;
}

/// One run. Lives on the command's stack.
class DeadLettersRun {
 public:
  DeadLettersRun(ClientLoop& loop, const GlobalOptions& global, const DeadLettersOptions& options)
      : loop_(loop),
        global_(global),
        options_(options),
        notices_("senecactl dead-letters", global),
        printer_(format_of(global)) {}

  // Page by page, up to the newest one there was at the beginning.
  ExitCode run() {
    std::string target = "/api/v1/dead-letters?limit=1000&plugin=" + percent_encode(options_.plugin);
    const std::string every = target + "&since=";
    if (options_.last) target += "&last=" + std::to_string(*options_.last);
    std::optional<uint64_t> newest;
    for (uint64_t next = 0; !newest || next <= *newest;) {
      const Result<std::string> answer = ask_relay(loop_, global_, target);
      if (!answer) {
        notices_.error(answer.error().message);
        return exit_code_of_answer(answer.error());
      }
      const seneca::JsonView page(*answer);
      for (const seneca::JsonView event : page.get("events").items())
        if (const WriteOutcome outcome = printer_.event(event.raw()); outcome != WriteOutcome::ok)
          return write_failure(outcome, notices_.program());
      next = static_cast<uint64_t>(page.get("next").integer());
      if (next == 0) {
        notices_.error("the relay's answer is no list of dead letters");
        return ExitCode::unreachable;
      }
      if (!newest) newest = static_cast<uint64_t>(page.get("newest").integer());
      target = every + std::to_string(next);
    }
    const WriteOutcome closed = printer_.finish();
    return closed == WriteOutcome::ok ? ExitCode::ok : write_failure(closed, notices_.program());
  }

 private:
  ClientLoop& loop_;
  const GlobalOptions& global_;
  const DeadLettersOptions& options_;
  const Notices notices_;
  EventPrinter printer_;
};

ExitCode run_dead_letters(const DeadLettersOptions& options, const GlobalOptions& global) {
  const Result<std::unique_ptr<ClientLoop>> loop = ClientLoop::make();
  if (!loop) {
    Notices("senecactl dead-letters", global).error(loop.error().message);
    return ExitCode::unreachable;
  }
  return DeadLettersRun(**loop, global, options).run();
}

}  // namespace

void add_dead_letters_command(CLI::App& app, GlobalOptions& global) {
  const auto options = std::make_shared<DeadLettersOptions>();
  CLI::App& verb = *app.add_subcommand("dead-letters", "Print the events that plugins have failed on");
  verb.add_option("--plugin", options->plugin, "Only those that this plugin failed on")->type_name("NAME");
  add_count_option(verb, "-n,--last", options->last, "Only the newest N");
  verb.footer(kFooter);
  verb.callback([options, &global] {
    global.command = [options, &global] { return run_dead_letters(*options, global); };
  });
}

}  // namespace relay
