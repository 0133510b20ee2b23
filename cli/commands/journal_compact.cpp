#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "base/ids.h"
#include "cli/bench/bench_progress.h"
#include "cli/bench/load_clock.h"
#include "cli/commands/journal_verbs.h"
#include "cli/output/progress_bar.h"
#include "journal/dictionary.h"
#include "journal/directory_lock.h"

namespace relay {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    R"(Merges small blocks, has the newest events teach a new dictionary, forgets those that no block needs, and writes
the file anew. For as long as that takes it needs as much disk again.)";

Status merge_all(JournalFile& file, uint64_t blocks, bool show) {
  BlockDecoder decoder([&file](uint32_t id) { return file.dictionary(id); });
  const auto trained = train_dictionary(file, decoder);
  if (!trained) return tl::unexpected(trained.error());
  BlockEncoder encoder;
  if (*trained != 0) encoder.use_dictionary(*trained, *file.dictionary(*trained));
  const LoadClock clock;
  BenchProgress progress(show);
  for (uint64_t calls = 0;; ++calls) {
    const auto more = file.merge(encoder, decoder, true);
    if (!more) return tl::unexpected(more.error());
    if (!*more) return {};
    if (const int64_t now_ns = clock.now_ns(); progress.due(now_ns))
      progress.show(now_ns, progress_bar("compact", calls * JournalFile::kLookedAtAtOnce, blocks,
                                         std::to_string(blocks) + " blocks"));
  }
}

Result<Json> compact(const std::filesystem::path& directory, bool show) {
  if (const auto there = open_journal(directory); !there) return tl::unexpected(there.error());
  const auto lock = DirectoryLock::take(directory);
  if (!lock) return tl::unexpected(lock.error());
  auto file = JournalFile::open_writer(directory, random_id());
  if (!file) return tl::unexpected(file.error());
  const auto before = file->bounds();
  if (!before) return tl::unexpected(before.error());
  const uint64_t bytes_before = bytes_on_disk(directory);
  std::set<uint32_t> used;
  Status done = merge_all(*file, before->blocks, show);
  if (done) done = file->heads([&used](const BlockHead& head, uint64_t) { used.insert(head.dictionary); });
  if (done) done = file->keep_dictionaries(used);
  if (done) done = file->end();
  if (done) done = file->vacuum();
  if (!done) return tl::unexpected(done.error());
  const auto after = file->bounds();
  if (!after) return tl::unexpected(after.error());
  return Json{{"before", {{"blocks", before->blocks}, {"file_bytes", bytes_before}}},
              {"after", {{"blocks", after->blocks}, {"file_bytes", bytes_on_disk(directory)}}}};
}

}  // namespace

void add_journal_compact_verb(CLI::App& journal, GlobalOptions& global) {
  const auto directory = std::make_shared<std::filesystem::path>();
  CLI::App& verb = *journal.add_subcommand("compact", "Make the journal smaller; not while the relay runs");
  add_data_dir(verb, *directory);
  verb.footer(kFooter);
  verb.callback([directory, &global] {
    global.command = [directory, &global] {
      const Notices notices("senecactl journal compact", global);
      const auto report = compact(*directory, !global.quiet);
      return report ? print_report(*report, global, notices) : report_failure(report.error(), notices);
    };
  });
}

}  // namespace relay
