#include "cli/commands/replay.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>

#include "cli/client/replay_run.h"
#include "cli/commands/journal_verbs.h"
#include "cli/options.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(Without a FILE the events are those of the journal. They go to the relay of --url, with the attribute "replayed",
and are not kept in its journal unless --keep says so.

Examples:
  senecactl replay --since 1h --speed 10
  senecactl replay yesterday.jsonl.zst --match 'task.**' --to-room training --loop
  senecactl replay --subject agent:a1 --print --speed max | jq .data)";

Status parse_speed(const std::string& text, double& speed) {
  std::string_view number = text;
  if (number == "max") {
    speed = 0;
    return {};
  }
  if (number.ends_with('x')) number.remove_suffix(1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), speed);
  if (error == std::errc() && end == number.data() + number.size() && speed > 0 && speed <= 1e6) return {};
  return fail("bad_speed", text, "is no speed; expected 1x, 0.5x, 10x or max");
}

}  // namespace

void add_replay_command(CLI::App& app, GlobalOptions& global) {
  const auto options = std::make_shared<ReplayOptions>();
  CLI::App& verb = *app.add_subcommand("replay", "Send past events once more, at the pace they came");
  verb.add_option("FILE", options->file, "Lines of JSON, perhaps .zst; - is standard input")->type_name("");
  add_data_dir(verb, options->directory);
  add_past_options(verb, options->choice);
  add_parsed_option(verb, "--speed", "SPEED", "1x as it was, 10x ten times as fast, max without pauses",
                    [options](const std::string& text) { return parse_speed(text, options->speed); })
      ->default_str("1x");
  verb.add_flag("--step", options->step, "One event each time Enter is pressed");
  verb.add_flag("--loop", options->loop, "Begin again at the end");
  verb.add_option("--to-room", options->to_room, "To this room instead of where they went")
      ->type_name("ROOM");
  CLI::Option* const print =
      verb.add_flag("--print", options->print, "To standard output instead of a relay");
  verb.add_flag("--keep", options->keep, "The relay keeps them in its journal, as events of their own")
      ->excludes(print);
  verb.footer(kFooter);
  verb.callback([options, &global] {
    if (options->file == "-" && (options->loop || options->step))
      throw CLI::ValidationError("FILE", "standard input cannot be replayed with --loop or --step");
    global.command = [options, &global] {
      const Result<std::unique_ptr<ClientLoop>> loop = ClientLoop::make();
      if (!loop) return report_failure(loop.error(), Notices("senecactl replay", global));
      const SystemClock clock;
      return ReplayRun(**loop, *options, global, clock).run();
    };
  });
}

}  // namespace relay
