#include "cli/commands/import.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "cli/bench/bench_progress.h"
#include "cli/bench/load_clock.h"
#include "cli/client/jsonl_input.h"
#include "cli/commands/journal_verbs.h"
#include "cli/output/progress_bar.h"
#include "event/envelope.h"
#include "journal/directory_lock.h"
#include "journal/topics.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(FILE holds an event a line, CloudEvents as `export` writes them or any other envelope the relay recognises, and may
be compressed with zstd; - is standard input. The events keep all but their sequence: they get offsets behind the
newest one, and are past to clients, as what a source brings from before it started. Not while a relay runs on it.

Examples:
  senecactl import yesterday.jsonl.zst
  senecactl export | senecactl import - --data-dir /srv/copy)";

constexpr size_t kMostNamed = 20;
constexpr uint64_t kBlocksPerCheckpoint = 64;

struct ImportOptions {
  std::filesystem::path directory;
  std::string file;
  bool skip_bad = false;
};

/// One run, from the lock to the report. Lives on the command's stack.
class ImportRun {
 public:
  ImportRun(const ImportOptions& options, const GlobalOptions& global)
      : options_(options), global_(global), notices_("senecactl import", global), progress_(!global.quiet) {
    envelope_.default_source = "/import";
    envelope_.max_data = JsonlInput::kMaxLine;
    envelope_.reserved_types = true;
  }

  ExitCode run() {
    auto input = JsonlInput::open(options_.file);
    if (!input) return report_failure(input.error(), notices_);
    const auto lock = DirectoryLock::take(options_.directory);
    if (!lock) return report_failure(lock.error(), notices_);
    auto file = JournalFile::open_writer(options_.directory, random_id());
    if (!file) return report_failure(file.error(), notices_);
    const auto bounds = file->bounds();
    if (!bounds) return report_failure(bounds.error(), notices_);
    first_ = next_ = bounds->last + 1;
    Status done = read_all(**input, *file);
    progress_.clear();
    if (!done) {  // all or nothing
      const Status undone = file->discard_from(first_);
      if (!undone) static_cast<void>(report_failure(undone.error(), notices_));
    }
    const Status ended = file->end();
    if (done) done = ended;
    if (!done) return report_failure(done.error(), notices_);
    nlohmann::ordered_json report{{"events", next_ - first_}};
    report["oldest"] = next_ == first_ ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(first_);
    report["newest"] = next_ == first_ ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(next_ - 1);
    report["bad_lines"] = bad_;
    return print_report({{"import", report}}, global_, notices_);
  }

 private:
  Status read_all(JsonlInput& input, JournalFile& file) {
    if (Status ready = use_dictionary(file); !ready) return ready;
    for (std::string_view line;;) {
      const auto taken = input.next(line);
      if (!taken) return tl::unexpected(taken.error());
      if (*taken == JsonlInput::Take::end) break;
      if (*taken == JsonlInput::Take::line) {
        envelope_.now_wall_us = clock_.wall_us();
        auto event = parse_event(line, envelope_);
        if (!event)
          bad_line(input.line_number(), event.error().to_string());
        else if (Status stored = store(*std::move(event), file); !stored)
          return stored;
      } else {
        bad_line(input.line_number(), "is longer than 16 MiB [too_large]");
      }
      if (!options_.skip_bad && bad_ == kMostNamed) break;
      if (const int64_t now_ns = load_clock_.now_ns(); progress_.due(now_ns))
        progress_.show(now_ns, progress_bar("import", input.bytes_read(), input.bytes(),
                                            std::to_string(next_ - first_) + " events"));
    }
    if (bad_ != 0 && !options_.skip_bad)
      return fail("bad_lines", options_.file,
                  "nothing of it was kept; mend it, or leave such lines out with --skip-bad");
    return commit(file);
  }

  Status use_dictionary(JournalFile& file) {
    const auto dictionaries = file.dictionaries();
    if (!dictionaries) return tl::unexpected(dictionaries.error());
    if (dictionaries->empty()) return {};
    if (const std::string* const bytes = file.dictionary(dictionaries->back()))
      encoder_.use_dictionary(dictionaries->back(), *bytes);
    return {};
  }

  void bad_line(uint64_t number, const std::string& why) {
    if (++bad_ > kMostNamed) return;
    progress_.clear();
    notices_.error(options_.file + ":" + std::to_string(number) + ": " + why);
  }

  Status store(EventRef event, JournalFile& file) {
    if (bad_ != 0 && !options_.skip_bad) return {};  // only the other bad lines are still of interest
    event->set_offset(next_++);
    event->set_backfill(true);
    batch_bytes_ += event->footprint();
    batch_.push_back(std::move(event));
    const bool full = batch_.size() == BlockEncoder::kMaxEvents || batch_bytes_ >= JournalFile::kMergedBytes;
    return full ? commit(file) : Status{};
  }

  Status commit(JournalFile& file) {
    if (batch_.empty()) return {};
    JournalFile::NewBlock block;
    block.bytes = encoder_.encode(batch_);
    const auto head = BlockDecoder::head(block.bytes);
    if (!head) return tl::unexpected(head.error());
    block.head = *head;
    block.topics = topics_of(batch_);
    if (Status kept = file.commit({&block, 1}, {}); !kept) return kept;
    batch_.clear();
    batch_bytes_ = 0;
    return ++blocks_ % kBlocksPerCheckpoint == 0 ? file.checkpoint() : Status{};
  }

  const ImportOptions& options_;
  const GlobalOptions& global_;
  const Notices notices_;
  BenchProgress progress_;
  const LoadClock load_clock_;
  const SystemClock clock_;
  EnvelopeOptions envelope_;
  BlockEncoder encoder_;
  std::vector<EventRef> batch_;
  uint64_t batch_bytes_ = 0, blocks_ = 0;
  uint64_t first_ = 1, next_ = 1;
  uint64_t bad_ = 0;
};

}  // namespace

void add_import_command(CLI::App& app, GlobalOptions& global) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App& verb = *app.add_subcommand("import", "Put lines of JSON into the journal");
  verb.add_option("FILE", options->file, "The events, a line each; - for standard input")
      ->required()
      ->type_name("");
  add_data_dir(verb, options->directory);
  verb.add_flag("--skip-bad", options->skip_bad, "Leave out lines that are no events, instead of all");
  verb.footer(kFooter);
  verb.callback([options, &global] {
    global.command = [options, &global] { return ImportRun(*options, global).run(); };
  });
}

}  // namespace relay
