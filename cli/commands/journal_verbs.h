#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/global_options.h"
#include "cli/output/stream.h"
#include "journal/journal_file.h"

namespace CLI {
class App;
}

namespace relay {

// The verbs of `senecactl journal`, a file each.
void add_journal_stat_verb(CLI::App& journal, GlobalOptions& global);
void add_journal_verify_verb(CLI::App& journal, GlobalOptions& global);
void add_journal_compact_verb(CLI::App& journal, GlobalOptions& global);

// What they share with `export` and `import`.

/// --data-dir; `directory` is the default before it is given.
void add_data_dir(CLI::App& verb, std::filesystem::path& directory);
/// For reading, beside a relay that may be writing. Error `no_journal` besides those of JournalFile.
[[nodiscard]] Result<JournalFile> open_journal(const std::filesystem::path& directory);
/// Prints why and returns the exit status.
[[nodiscard]] ExitCode report_failure(const Error& error, const Notices& notices);
/// Prints what was found or done, as -o says.
[[nodiscard]] ExitCode print_report(const nlohmann::ordered_json& report, const GlobalOptions& global,
                                    const Notices& notices);
/// Of the file and what goes with it.
[[nodiscard]] uint64_t bytes_on_disk(const std::filesystem::path& directory);

}  // namespace relay
