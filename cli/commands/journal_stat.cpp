#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "cli/commands/journal_verbs.h"

namespace relay {
namespace {

using Json = nlohmann::ordered_json;

/// What the heads of the blocks add up to.
struct Sums {
  uint64_t events = 0, blocks = 0, plain_bytes = 0, block_bytes = 0;
  uint64_t oldest = 0, newest = 0;
  int64_t oldest_us = INT64_MAX, newest_us = INT64_MIN;

  void add(const BlockHead& head, uint64_t bytes) {
    if (blocks++ == 0) oldest = head.first;
    newest = head.last();
    events += head.count;
    plain_bytes += head.plain_bytes;
    block_bytes += bytes;
    oldest_us = std::min(oldest_us, head.oldest_us);
    newest_us = std::max(newest_us, head.newest_us);
  }
};

double quotient(uint64_t a, uint64_t b) { return b == 0 ? 0 : static_cast<double>(a * 100 / b) / 100; }

Result<Json> describe(const std::filesystem::path& directory) {
  auto file = open_journal(directory);
  if (!file) return tl::unexpected(file.error());
  const auto epochs = file->epochs();
  if (!epochs) return tl::unexpected(epochs.error());
  const auto dictionaries = file->dictionaries();
  if (!dictionaries) return tl::unexpected(dictionaries.error());
  const auto positions = file->positions();
  if (!positions) return tl::unexpected(positions.error());
  Sums sums;
  if (Status read = file->heads([&](const BlockHead& head, uint64_t bytes) { sums.add(head, bytes); }); !read)
    return tl::unexpected(read.error());
  const bool timed = sums.oldest_us <= sums.newest_us;
  const uint64_t bytes = bytes_on_disk(directory);
  Json report{{"path", directory.string()}};
  report["events"] = {{"count", sums.events},
                      {"oldest", sums.oldest},
                      {"newest", sums.newest},
                      {"oldest_time", timed ? Json(format_rfc3339(sums.oldest_us)) : Json(nullptr)},
                      {"newest_time", timed ? Json(format_rfc3339(sums.newest_us)) : Json(nullptr)}};
  report["disk"] = {{"file_bytes", bytes},
                    {"blocks", sums.blocks},
                    {"block_bytes", sums.block_bytes},
                    {"plain_bytes", sums.plain_bytes},
                    {"compression_ratio", quotient(sums.plain_bytes, sums.block_bytes)},
                    {"bytes_per_event", quotient(bytes, sums.events)}};
  report["dictionaries"] = dictionaries->size();
  report["source_positions"] = positions->size();
  report["epochs"] = Json::array();
  for (const JournalFile::Epoch& epoch : *epochs)
    report["epochs"].push_back({{"oldest", epoch.first}, {"epoch", epoch.name}});
  return report;
}

}  // namespace

void add_journal_stat_verb(CLI::App& journal, GlobalOptions& global) {
  const auto directory = std::make_shared<std::filesystem::path>();
  CLI::App& verb = *journal.add_subcommand("stat", "Say what is in the journal, and what it takes");
  add_data_dir(verb, *directory);
  verb.callback([directory, &global] {
    global.command = [directory, &global] {
      const Notices notices("senecactl journal stat", global);
      const auto report = describe(*directory);
      return report ? print_report(*report, global, notices) : report_failure(report.error(), notices);
    };
  });
}

}  // namespace relay
