#include "cli/commands/export.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "cli/bench/bench_progress.h"
#include "cli/bench/load_clock.h"
#include "cli/client/past_events.h"
#include "cli/commands/journal_verbs.h"
#include "cli/output/file_output.h"
#include "cli/output/progress_bar.h"
#include "event/serialize.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(Writes a line of JSON an event, as `tail -o jsonl` prints it but without the epoch, which names a life of the
relay's log. May be used while the relay runs; ends with the newest event there is at the beginning.

Examples:
  senecactl export yesterday.jsonl.zst --since 24h
  senecactl export --match 'task.**' --subject task:T1 | jq .data
  senecactl export | senecactl import - --data-dir /srv/copy)";

struct ExportOptions {
  std::filesystem::path directory;
  std::string file;
  PastChoice choice;
};

ExitCode run_export(const ExportOptions& options, const GlobalOptions& global) {
  const Notices notices("senecactl export", global);
  auto selection = PastSelection::make(options.choice, SystemClock().wall_us());
  if (!selection) {
    notices.error(selection.error().subject + ": " + selection.error().message);
    return ExitCode::usage;
  }
  auto file = open_journal(options.directory);
  if (!file) return report_failure(file.error(), notices);
  auto past = past_of_journal(std::move(*file), std::move(*selection));
  if (!past) return report_failure(past.error(), notices);
  const auto output = FileOutput::open(options.file);
  if (!output) return report_failure(output.error(), notices);
  WriteOutcome outcome = WriteOutcome::ok;
  std::vector<EventRef> events;
  std::string text;
  uint64_t written = 0;
  bool damaged = false;
  const LoadClock clock;
  // Where the lines themselves go to a terminal it would be between them.
  BenchProgress progress(!global.quiet && (!options.file.empty() || ::isatty(STDOUT_FILENO) == 0));
  while (outcome == WriteOutcome::ok) {
    const Result<bool> more = (*past)->next(events);
    if (!more) {
      progress.clear();
      return report_failure(more.error(), notices);
    }
    for (const std::string& damage : (*past)->take_damages()) {
      progress.clear();
      notices.error(damage);
    }
    damaged |= (*past)->damaged();
    if (!*more) break;
    text.clear();
    for (const EventRef& event : events) {
      append_cloudevent_json(text, *event, "");
      text += '\n';
    }
    written += events.size();
    outcome = (*output)->write(text);
    if (const int64_t now_ns = clock.now_ns(); progress.due(now_ns))
      progress.show(now_ns, progress_bar("export", (*past)->done(), (*past)->total(),
                                         std::to_string(written) + " events"));
  }
  progress.clear();
  if (outcome == WriteOutcome::ok) outcome = (*output)->finish();
  if (outcome == WriteOutcome::reader_gone) return ExitCode::ok;
  if (outcome == WriteOutcome::failed) {
    notices.error(std::string("cannot write (") + std::strerror(errno) + ")");
    return ExitCode::cannot_write;
  }
  notices.detail(std::to_string(written) + " events");
  return damaged ? ExitCode::check_failed : ExitCode::ok;
}

}  // namespace

void add_export_command(CLI::App& app, GlobalOptions& global) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App& verb = *app.add_subcommand("export", "Write what is in the journal as lines of JSON");
  verb.add_option("FILE", options->file, "Where to; .zst at its end compresses. Default: standard output")
      ->type_name("");
  add_data_dir(verb, options->directory);
  add_past_options(verb, options->choice);
  verb.footer(kFooter);
  verb.callback(
      [options, &global] { global.command = [options, &global] { return run_export(*options, global); }; });
}

}  // namespace relay
