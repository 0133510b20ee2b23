#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/bench/bench_progress.h"
#include "cli/bench/load_clock.h"
#include "cli/commands/journal_verbs.h"
#include "cli/output/human.h"
#include "cli/output/progress_bar.h"
#include "journal/directory_lock.h"
#include "journal/head_copy.h"
#include "journal/topics.h"

namespace relay {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kBlocksAtOnce = 64;
constexpr size_t kMostListed = 1000;

constexpr const char* kIntact = "ok";
constexpr const char* kInUse = "in use";
constexpr const char* kRestored = "was damaged, and is put right from journal.db-head";

constexpr const char* kFooter =
    R"(Reads every block, and compares it with what the journal says of it; has SQLite check its file. If no relay runs
on it, also what an unclean end has left in the write-ahead log; and a damaged first page, without which nothing could
be read, is put right from the copy beside it.

Exit status: 0 intact, 1 damaged.)";

/// What else there is than blocks, as long as nobody uses it.
struct Surroundings {
  std::string wal = kIntact;
  std::string first_page = kIntact;
};

/// One look at all of a journal. A page of blocks is one state of it; between two pages the relay may have
/// merged blocks and forgotten the oldest.
class JournalVerify {
 public:
  JournalVerify(JournalFile& file, Surroundings around, bool show)
      : file_(file),
        around_(std::move(around)),
        decoder_([&file](uint32_t id) { return file.dictionary(id); }),
        progress_(show) {}

  Result<Json> run() {
    const auto bounds = file_.bounds();
    if (!bounds) return damaged_file(bounds.error());
    total_ = bounds->bytes;
    next_ = bounds->first;
    while (next_ <= bounds->last) {
      const uint64_t from = next_;
      new_page_ = true;
      const Status read = file_.read(from, std::nullopt, kBlocksAtOnce,
                                     [this](const JournalFile::StoredBlock& block) { return look(block); });
      if (!read && read.error().code != "journal_damaged") return tl::unexpected(read.error());
      if (!read) add(next_, bounds->last, read.error().message);
      if (!read || next_ == from) break;
    }
    progress_.clear();
    const auto integrity = file_.integrity();
    if (!integrity) return damaged_file(integrity.error());
    return report(*integrity);
  }

  [[nodiscard]] bool intact() const { return intact_; }

 private:
  Result<Json> damaged_file(const Error& error) {
    if (error.code != "journal_damaged") return tl::unexpected(error);
    return report(error.message);
  }

  Json report(const std::string& file) {
    intact_ = count_ == 0 && file == "ok" && (around_.wal == kIntact || around_.wal == kInUse) &&
              around_.first_page != kRestored;
    return {{"verify",
             {{"intact", intact_},
              {"blocks", blocks_},
              {"events", events_},
              {"problems", count_},
              {"file", file},
              {"first_page", around_.first_page},
              {"write_ahead_log", around_.wal}}},
            {"damaged", problems_}};
  }

  bool look(const JournalFile::StoredBlock& block) {
    const bool first_of_page = std::exchange(new_page_, false);
    if (block.last < next_) return true;  // ends before a hole, and was seen
    if (block.first > next_ && !(first_of_page && forgotten_before(block.first)))
      add(next_, block.first - 1, "no block has these offsets");
    if (block.first < next_ && !first_of_page) add(block.first, next_ - 1, "two blocks have these offsets");
    if (const std::string wrong = check(block); !wrong.empty()) add(block.first, block.last, wrong);
    next_ = block.last + 1;
    ++blocks_;
    done_ += block.bytes.size();
    if (const int64_t now_ns = clock_.now_ns(); progress_.due(now_ns))
      progress_.show(now_ns, progress_bar("verify", done_, total_, human_bytes(static_cast<double>(done_))));
    return true;
  }

  bool forgotten_before(uint64_t offset) {
    const auto bounds = file_.bounds();
    return bounds && bounds->first >= offset;
  }

  std::string check(const JournalFile::StoredBlock& block) {
    seen_.clear();
    JournalFile::StoredBlock row = block;
    if (const Status read = decode_stored(decoder_, row, seen_); !read) return read.error().message;
    events_ += seen_.size();
    if (row.mended)
      return "a bit is flipped: it is mended when it is read, and by `senecactl journal compact`";
    const BlockHead head = BlockHead::unchecked(block.bytes);
    if (head.first != block.first || head.last() != block.last) return "the block has other offsets";
    if (head.newest_us != block.newest_us) return "the block has another time";
    const auto topics = file_.topics_of_block(block.first);
    if (!topics) return topics.error().message;
    return *topics == topics_of(seen_) ? "" : "the index of subjects and rooms does not fit";
  }

  void add(uint64_t from, uint64_t to, const std::string& why) {
    ++count_;
    if (problems_.size() < kMostListed) problems_.push_back({{"oldest", from}, {"newest", to}, {"why", why}});
  }

  JournalFile& file_;
  const Surroundings around_;
  BlockDecoder decoder_;
  const LoadClock clock_;
  BenchProgress progress_;
  std::vector<EventRef> seen_;
  uint64_t next_ = 1;
  bool new_page_ = true;
  uint64_t blocks_ = 0, events_ = 0, done_ = 0, total_ = 0, count_ = 0;
  Json problems_ = Json::array();
  bool intact_ = false;
};

// What a run that did not end has left. A relay that runs has looked at that when it started.
Result<Surroundings> look_around(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory / JournalFile::kName, error)) return Surroundings{};
  const auto lock = DirectoryLock::take(directory);
  if (!lock) return Surroundings{kInUse, kInUse};
  const auto restored = restore_head(directory / JournalFile::kName);
  if (!restored) return tl::unexpected(restored.error());
  const auto state = check_wal(directory / JournalFile::kWalName);
  if (!state) return tl::unexpected(state.error());
  std::string problems;
  const auto add = [&problems](uint64_t count, const char* what) {
    if (count > 0) problems += (problems.empty() ? "" : ", ") + std::to_string(count) + what;
  };
  add(state->mended, " flipped bits (the next start mends them)");
  add(state->damaged, " damaged pages");
  add(state->lost, " commits behind damage that cannot be mended");
  return Surroundings{problems.empty() ? kIntact : problems, *restored ? kRestored : kIntact};
}

ExitCode run_verify(const std::filesystem::path& directory, const GlobalOptions& global) {
  const Notices notices("senecactl journal verify", global);
  const auto failed = [&notices](const Error& error) {
    const ExitCode code = report_failure(error, notices);
    return error.code == "journal_damaged" ? ExitCode::check_failed : code;
  };
  const auto around = look_around(directory);
  if (!around) return failed(around.error());
  auto file = open_journal(directory);
  if (!file) return failed(file.error());
  JournalVerify verify(*file, *around, !global.quiet);
  const auto report = verify.run();
  if (!report) return failed(report.error());
  const ExitCode printed = print_report(*report, global, notices);
  return printed != ExitCode::ok || verify.intact() ? printed : ExitCode::check_failed;
}

}  // namespace

void add_journal_verify_verb(CLI::App& journal, GlobalOptions& global) {
  const auto directory = std::make_shared<std::filesystem::path>();
  CLI::App& verb = *journal.add_subcommand("verify", "Read all of the journal and say what is damaged");
  add_data_dir(verb, *directory);
  verb.footer(kFooter);
  verb.callback([directory, &global] {
    global.command = [directory, &global] { return run_verify(*directory, global); };
  });
}

}  // namespace relay
