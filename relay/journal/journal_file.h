#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "journal/block.h"
#include "journal/wal_repair.h"
#include "log/log.h"

struct sqlite3;
struct sqlite3_stmt;

namespace relay {

/// One connection to the file of a journal: blocks, where sources stand, the epoch.
///
/// A writer and any number of readers, each on a thread of its own. The writer alone checkpoints: in SQLite
/// before 3.51.3 two that do at the same time may reset the write-ahead log under each other.
class JournalFile {
 public:
  static constexpr int kFormat = 1;
  static constexpr const char* kName = "journal.db";
  static constexpr const char* kWalName = "journal.db-wal";

  /// [writer] Makes the file when there is none. With `epoch` a new one begins, unless the last run has
  /// called `end`. Errors: `journal_too_new`, `journal_damaged`, `journal_read_only`, `journal_full`,
  /// `journal_failed`. What repair_wal and restore_head did is in `wal` and `head_restored`.
  [[nodiscard]] static Result<JournalFile> open_writer(const std::filesystem::path& directory,
                                                       const std::string& epoch);
  [[nodiscard]] static Result<JournalFile> open_reader(const std::filesystem::path& directory);
  JournalFile(JournalFile&&) noexcept;
  JournalFile& operator=(JournalFile&&) noexcept;
  ~JournalFile();

  [[nodiscard]] const WalState& wal() const { return wal_; }
  /// The first page was damaged, and is its copy's again; see head_copy.h.
  [[nodiscard]] bool head_restored() const { return head_restored_; }

  /// Positions of one epoch mean one event each; those of an older one up to where the next begins.
  struct Epoch {
    uint64_t first = 1;  ///< the offset of its first event
    std::string name;
  };
  /// In their order, at least one.
  [[nodiscard]] Result<std::vector<Epoch>> epochs();
  struct Bounds {
    uint64_t first = 1, last = 0, blocks = 0, bytes = 0;
  };
  [[nodiscard]] Result<Bounds> bounds();

  /// A block and what its events are about.
  struct NewBlock {
    std::string bytes;
    BlockHead head;
    std::vector<uint64_t> topics;  ///< see topics.h
  };
  /// [writer] All of it or nothing, on the disk when it returns. Code `journal_full` is worth another try,
  /// `journal_fsync` is not: what was written before may be lost as well, so the process has to end.
  [[nodiscard]] Status commit(std::span<const NewBlock> blocks, std::span<const SourcePosition> positions,
                              std::span<const KeyedOutcome> keys = {}, int64_t now_us = 0);
  /// Where the sources stand, by key.
  [[nodiscard]] Result<std::map<std::string, std::string>> positions();

  /// The outcomes of publications with keys since `since_us`, the oldest first.
  [[nodiscard]] Result<std::vector<KeyedOutcome>> keys(int64_t since_us);
  /// [writer]
  [[nodiscard]] Status forget_keys(int64_t before_us);

  /// A block as it is stored, which nobody has checked.
  struct StoredBlock {
    uint64_t first = 0, last = 0;
    int64_t newest_us = 0;
    std::string_view bytes;
    bool mended = false;  ///< by decode_stored: a bit of it had been flipped
  };
  /// Calls `take` for the blocks that reach from `from` on, in order, until it returns false. Only those with
  /// something about `topic`, if one is given. At most `limit` blocks.
  using Take = std::function<bool(const StoredBlock& block)>;
  [[nodiscard]] Status read(uint64_t from, std::optional<uint64_t> topic, int limit, const Take& take);
  /// The first offset from `from` on that is in a block about `topic`; 0: there is none.
  [[nodiscard]] Result<uint64_t> next_about(uint64_t topic, uint64_t from);
  /// Calls `take` for every block, in order, without its bytes.
  [[nodiscard]] Status list(const std::function<void(const StoredBlock& block)>& take);
  /// The first offset of the oldest block with something that happened at or after `time_us`.
  [[nodiscard]] Result<std::optional<uint64_t>> first_since(int64_t time_us);
  /// What the block that begins with `first` is about, sorted.
  [[nodiscard]] Result<std::vector<uint64_t>> topics_of_block(uint64_t first);
  /// The heads of all blocks, without their events being read or checked, and how many bytes each has.
  using VisitHead = std::function<void(const BlockHead& head, uint64_t bytes)>;
  [[nodiscard]] Status heads(const VisitHead& visit);
  /// "ok", or what SQLite finds wrong with its file, a line each.
  [[nodiscard]] Result<std::string> integrity();
  /// The offset before which blocks are to be forgotten: they were written before `oldest_us`, whenever their
  /// events happened, or the file holds more than `max_bytes` (0: however many). 0: none.
  [[nodiscard]] Result<uint64_t> excess(int64_t oldest_us, uint64_t max_bytes);
  /// [writer] Forgets the blocks that end before offset `before`, some at a time. True when there may be
  /// more. The newest stays: it says where the next begins.
  [[nodiscard]] Result<bool> trim(uint64_t before);
  /// [writer] Moves what is in the write-ahead log into the file, and gives free pages back.
  [[nodiscard]] Status checkpoint();
  /// [writer] Replaces neighbouring small blocks by one of at most kMergedBytes, to be compressed and found
  /// better: some blocks a call, going on where the last call has ended. True when there may be more. What
  /// cannot be read is left as it is. Only runs at least twice as large as their largest block are merged, so
  /// that a byte is written a few times at most however slowly blocks come; `all` merges the others as well.
  /// On its way it writes back what mend_block has put right.
  static constexpr size_t kMergedBytes = 256 << 10;
  static constexpr size_t kLookedAtAtOnce = 128;
  [[nodiscard]] Result<bool> merge(BlockEncoder& encoder, BlockDecoder& decoder, bool all = false);
  /// [writer] Forgets the blocks from `first` on, which is the first offset of one.
  [[nodiscard]] Status discard_from(uint64_t first);
  /// [writer] Writes the file anew, without what it no longer needs. Nobody may be reading.
  [[nodiscard]] Status vacuum();

  /// [writer] Stores a dictionary; its id is higher than all before. It stays while blocks may need it.
  [[nodiscard]] Result<uint32_t> add_dictionary(std::string_view bytes);
  /// [writer] Forgets all but those of `used` and the newest.
  [[nodiscard]] Status keep_dictionaries(const std::set<uint32_t>& used);
  /// For BlockDecoder; null when there is none of that id. What it points to lives as long as this.
  [[nodiscard]] const std::string* dictionary(uint32_t id);
  /// In their order.
  [[nodiscard]] Result<std::vector<uint32_t>> dictionaries();

  /// [writer] All that had an offset is committed: a later run goes on in the same epoch. The last call; it
  /// empties the write-ahead log, unless somebody is reading.
  [[nodiscard]] Status end();

 private:
  struct Close {
    void operator()(sqlite3* db) const;
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Close>;

  JournalFile(std::filesystem::path path, std::unique_ptr<sqlite3, Close> db);
  [[nodiscard]] static Result<JournalFile> open(const std::filesystem::path& path, int flags);
  [[nodiscard]] Status check_format();
  [[nodiscard]] Status keep_head();
  [[nodiscard]] Status begin(const std::string& epoch);
  [[nodiscard]] Status write_keys(std::span<const KeyedOutcome> keys, int64_t now_us);
  [[nodiscard]] Result<uint64_t> number(const char* sql);
  [[nodiscard]] Status run(const char* sql);
  [[nodiscard]] Status transaction(const std::function<Status()>& work);
  [[nodiscard]] Status insert(const BlockHead& head, std::string_view block,
                              std::span<const uint64_t> topics);
  struct Candidate;
  [[nodiscard]] Result<std::vector<Candidate>> merge_candidates(uint64_t from);
  [[nodiscard]] Status write_back(uint64_t first, std::string_view mended);
  [[nodiscard]] Result<bool> merge_run(std::span<const Candidate> run, BlockEncoder& encoder,
                                       BlockDecoder& decoder);
  [[nodiscard]] Result<Statement> prepare(const char* sql);
  [[nodiscard]] tl::unexpected<Error> failed() const;

  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> db_;
  Statement insert_block_, insert_topic_, set_position_, forget_position_;
  uint64_t merge_from_ = 0;
  WalState wal_;
  bool head_restored_ = false;
  std::map<uint32_t, std::string> dictionaries_;
};

/// The events of a stored block, appended to `out`, after mend_block if need be. The row around a block has
/// no checksum: `block.last` becomes what the block itself says. Errors of BlockDecoder::decode, and
/// `block_damaged` when the row is another's; then the row is all there is to go by.
[[nodiscard]] Status decode_stored(BlockDecoder& decoder, JournalFile::StoredBlock& block,
                                   std::vector<EventRef>& out);

}  // namespace relay
