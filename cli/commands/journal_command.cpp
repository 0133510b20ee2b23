#include "cli/commands/journal_command.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands/journal_verbs.h"
#include "cli/options.h"
#include "cli/output/event_format.h"
#include "cli/output/stats_text.h"
#include "journal/directory.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(stat and verify may be used while the relay runs; compact may not.

Examples:
  senecactl journal stat
  senecactl journal verify && echo intact
  senecactl journal compact --data-dir /srv/seneca/journal)";

constexpr size_t kPipeColumns = 100;

}  // namespace

void add_data_dir(CLI::App& verb, std::filesystem::path& directory) {
  directory = journal_directory();
  const auto parse = [&directory](const std::string& text) -> Status {
    if (text.empty()) return fail("bad_directory", text, "is empty; name the journal's directory");
    directory = text;
    return {};
  };
  add_parsed_option(verb, "--data-dir", "DIR", "The journal's directory", parse)
      ->default_str(directory.string());
}

Result<JournalFile> open_journal(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory / JournalFile::kName, error))
    return fail("no_journal", directory.string(), "holds no journal; name its directory with --data-dir");
  return JournalFile::open_reader(directory);
}

ExitCode report_failure(const Error& error, const Notices& notices) {
  notices.error(error.to_string());
  if (error.code == "journal_damaged" || error.code == "bad_lines") return ExitCode::bad_data;
  if (error.code == "no_journal" || error.code == "no_input" || error.code == "journal_too_new")
    return ExitCode::bad_config;
  if (error.code == "refused") return ExitCode::bad_data;
  if (error.code == "denied") return ExitCode::denied;
  if (error.code == "unreachable" || error.code == "timed_out" || error.code == "connection_lost")
    return ExitCode::unreachable;
  if (error.code.starts_with("bad_")) return ExitCode::usage;
  if (error.code == "interrupted") return ExitCode::interrupted;
  return ExitCode::cannot_write;
}

ExitCode print_report(const nlohmann::ordered_json& report, const GlobalOptions& global,
                      const Notices& notices) {
  const std::string json = report.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string text;
  if (global.output == OutputFormat::text) {
    StatsTextOptions options;
    options.color = use_color(global.color);
    const size_t columns = terminal_columns();
    options.columns = columns == 0 ? kPipeColumns : columns;
    text = *stats_text(json, options);
  } else {
    EventFormatOptions options;
    options.format = global.output;
    text = format_event(json, options) + '\n';
  }
  const WriteOutcome outcome = write_stdout(text);
  return outcome == WriteOutcome::ok ? ExitCode::ok : write_failure(outcome, notices.program());
}

uint64_t bytes_on_disk(const std::filesystem::path& directory) {
  uint64_t bytes = 0;
  for (const char* suffix : {"", "-wal", "-shm", "-head"}) {
    std::error_code error;
    const uintmax_t size =
        std::filesystem::file_size(directory / (std::string(JournalFile::kName) + suffix), error);
    if (!error) bytes += size;
  }
  return bytes;
}

void add_journal_command(CLI::App& app, GlobalOptions& global) {
  CLI::App& journal = *app.add_subcommand("journal", "Look at the journal, check it, make it smaller");
  journal.require_subcommand(1);
  journal.footer(kFooter);
  add_journal_stat_verb(journal, global);
  add_journal_verify_verb(journal, global);
  add_journal_compact_verb(journal, global);
}

}  // namespace relay
