#include "journal/journal_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "journal/block_mend.h"
#include "journal/head_copy.h"
#include "journal/sql.h"

namespace relay {
namespace {

constexpr int kTrimmedAtOnce = 64;

constexpr const char* kSchema = R"(
PRAGMA page_size = 8192;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE blocks (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, newest_us INTEGER NOT NULL, bytes BLOB NOT NULL,
  kept_us INTEGER NOT NULL DEFAULT (CAST(strftime('%s', 'now') AS INTEGER) * 1000000));
CREATE TABLE topics (topic INTEGER NOT NULL, first INTEGER NOT NULL, PRIMARY KEY (topic, first)) WITHOUT ROWID;
CREATE INDEX topics_of ON topics (first);
CREATE TABLE positions (source TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE epochs (first INTEGER PRIMARY KEY, epoch TEXT NOT NULL);
CREATE TABLE keys (key TEXT PRIMARY KEY, used_us INTEGER NOT NULL, outcome TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX keys_by_age ON keys (used_us);
CREATE TABLE dictionaries (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
)";

JournalFile::StoredBlock block_of(sqlite3_stmt* statement) {
  return {number_of(statement, 0), number_of(statement, 1), sqlite3_column_int64(statement, 2), {}};
}

}  // namespace

void JournalFile::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }
void JournalFile::Close::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

JournalFile::JournalFile(std::filesystem::path path, std::unique_ptr<sqlite3, Close> db)
    : path_(std::move(path)), db_(std::move(db)) {}
JournalFile::JournalFile(JournalFile&&) noexcept = default;
JournalFile& JournalFile::operator=(JournalFile&&) noexcept = default;
JournalFile::~JournalFile() = default;

tl::unexpected<Error> JournalFile::failed() const {
  const int code = sqlite3_errcode(db_.get());
  const int extended = sqlite3_extended_errcode(db_.get());
  const std::string why = sqlite3_errmsg(db_.get());
  const std::string path = path_.string();
  if (extended == SQLITE_IOERR_FSYNC || extended == SQLITE_IOERR_DIR_FSYNC)
    return fail("journal_fsync", path,
                "could not be made durable (" + why + "): the disk is failing, look at its log");
  switch (code) {
    case SQLITE_FULL:
      return fail("journal_full", path,
                  "has no room: the disk is full; free some, or lower journal.retention");
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return fail("journal_read_only", path,
                  "cannot be written (" + why + "); the relay's user needs to own its directory");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail("journal_damaged", path,
                  "is damaged (" + why +
                      "); `senecactl journal verify` says what is left and `export` saves it, unless they "
                      "say this as "
                      "well: then put a copy back, or name another directory with --data-dir");
    default:
      return fail("journal_failed", path, why);
  }
}

Result<JournalFile> JournalFile::open(const std::filesystem::path& path, int flags) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  JournalFile file(path, std::unique_ptr<sqlite3, Close>(raw));
  if (code != SQLITE_OK) return file.failed();
  sqlite3_extended_result_codes(raw, 0);
  sqlite3_busy_timeout(raw, 5000);
  // Only the writer may move the write-ahead log into the file, and no connection at its end.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_wal_autocheckpoint(raw, 0);
  return file;
}

Result<JournalFile> JournalFile::open_writer(const std::filesystem::path& directory,
                                             const std::string& epoch) {
  // Nobody else's to read: SQLite gives its other files the same mode.
  ::close(::open((directory / kName).c_str(), O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  const auto wal = repair_wal(directory / kWalName);
  if (!wal) return tl::unexpected(wal.error());
  const auto restored = restore_head(directory / kName);
  if (!restored) return tl::unexpected(restored.error());
  auto file = open(directory / kName, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!file) return file;
  file->wal_ = *wal;
  file->head_restored_ = *restored;
  auto known = file->prepare("SELECT count(*) FROM sqlite_schema");
  if (!known) return tl::unexpected(known.error());
  if (sqlite3_step(known->get()) != SQLITE_ROW) return file->failed();
  const bool fresh = sqlite3_column_int(known->get(), 0) == 0;
  known->reset();
  if (fresh) {
    if (Status made = file->run(kSchema); !made) return tl::unexpected(made.error());
    auto meta = file->prepare("INSERT INTO meta VALUES ('format', ?1), ('clean', '0')");
    if (!meta) return tl::unexpected(meta.error());
    const std::string format = std::to_string(kFormat);
    bind(meta->get(), 1, std::string_view(format));
    if (sqlite3_step(meta->get()) != SQLITE_DONE) return file->failed();
  }
  if (Status format = file->check_format(); !format) return tl::unexpected(format.error());
  if (Status full = file->run("PRAGMA synchronous = FULL"); !full) return tl::unexpected(full.error());
  if (Status begun = file->begin(epoch); !begun) return tl::unexpected(begun.error());
  for (const auto& [statement, sql] :
       {std::pair(&file->insert_block_,
                  "INSERT INTO blocks (first, last, newest_us, bytes) VALUES (?1, ?2, ?3, ?4)"),
        std::pair(&file->insert_topic_, "INSERT OR IGNORE INTO topics VALUES (?1, ?2)"),
        std::pair(&file->set_position_, "INSERT OR REPLACE INTO positions VALUES (?1, ?2)"),
        std::pair(&file->forget_position_, "DELETE FROM positions WHERE source = ?1")}) {
    auto prepared = file->prepare(sql);
    if (!prepared) return tl::unexpected(prepared.error());
    *statement = std::move(*prepared);
  }
  if (Status kept = file->keep_head(); !kept) return tl::unexpected(kept.error());
  return file;
}

Result<JournalFile> JournalFile::open_reader(const std::filesystem::path& directory) {
  auto file = open(directory / kName, SQLITE_OPEN_READWRITE);  // readers keep the index of the log, too
  if (!file) return file;
  if (Status format = file->check_format(); !format) return tl::unexpected(format.error());
  if (Status only = file->run("PRAGMA query_only = ON"); !only) return tl::unexpected(only.error());
  return file;
}

Status JournalFile::check_format() {
  auto statement = prepare("SELECT value FROM meta WHERE name = 'format'");
  if (!statement) return tl::unexpected(statement.error());
  if (sqlite3_step(statement->get()) != SQLITE_ROW)
    return fail("journal_damaged", path_.string(), "is no journal: it does not say its format");
  const std::string format(text_of(statement->get(), 0));
  if (format == std::to_string(kFormat)) return {};
  return fail("journal_too_new", path_.string(),
              "has the format " + format + ", and this version knows " + std::to_string(kFormat) +
                  "; use the version that wrote it, or a later one");
}

// What is in the write-ahead log yet must be in the file before the file's first page is copied.
Status JournalFile::keep_head() {
  if (has_head_copy(path_)) return {};
  int in_log = 0, moved = 0;
  if (sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved) != SQLITE_OK)
    return failed();
  return in_log == moved ? copy_head(path_) : Status();  // somebody reads: the next start makes the copy
}

Status JournalFile::run(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failed();
}

Result<JournalFile::Statement> JournalFile::prepare(const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db_.get(), sql, -1, &raw, nullptr) != SQLITE_OK) return failed();
  return Statement(raw);
}

// What a run that did not end gave an offset and had not committed is lost, and clients may have seen it: the
// offsets behind the last commit will be of other events, which only another epoch tells apart.
Status JournalFile::begin(const std::string& epoch) {
  auto clean = prepare("SELECT value FROM meta WHERE name = 'clean'");
  if (!clean) return tl::unexpected(clean.error());
  const bool ended = sqlite3_step(clean->get()) == SQLITE_ROW && text_of(clean->get(), 0) == "1";
  clean->reset();
  if (Status begun = run("BEGIN IMMEDIATE"); !begun) return begun;
  const auto write = [&]() -> Status {
    if (Status open = run("UPDATE meta SET value = '0' WHERE name = 'clean'"); !open) return open;
    if (ended) return run("COMMIT");
    auto fresh =
        prepare("INSERT OR REPLACE INTO epochs VALUES ((SELECT coalesce(max(last), 0) + 1 FROM blocks), ?1)");
    if (!fresh) return tl::unexpected(fresh.error());
    bind(fresh->get(), 1, std::string_view(epoch));
    if (sqlite3_step(fresh->get()) != SQLITE_DONE) return failed();
    return run("COMMIT");
  };
  Status written = write();
  if (!written) static_cast<void>(run("ROLLBACK"));
  return written;
}

Status JournalFile::end() {
  if (Status closed = run("UPDATE meta SET value = '1' WHERE name = 'clean'"); !closed) return closed;
  if (Status moved = checkpoint(); !moved) return moved;
  // The write-ahead log has grown to what a busy second needs. Nobody is waited for who still reads it.
  sqlite3_busy_timeout(db_.get(), 0);
  const int code =
      sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  return code == SQLITE_OK || code == SQLITE_BUSY ? Status() : failed();
}

Result<std::vector<JournalFile::Epoch>> JournalFile::epochs() {
  auto statement = prepare("SELECT first, epoch FROM epochs ORDER BY first");
  if (!statement) return tl::unexpected(statement.error());
  std::vector<Epoch> all;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement->get())) == SQLITE_ROW)
    all.push_back({static_cast<uint64_t>(sqlite3_column_int64(statement->get(), 0)),
                   std::string(text_of(statement->get(), 1))});
  if (code != SQLITE_DONE) return failed();
  if (all.empty()) return fail("journal_damaged", path_.string(), "is no journal: it has no epoch");
  return all;
}

Result<JournalFile::Bounds> JournalFile::bounds() {
  auto statement = prepare("SELECT min(first), max(last), count(*), sum(length(bytes)) FROM blocks");
  if (!statement) return tl::unexpected(statement.error());
  if (sqlite3_step(statement->get()) != SQLITE_ROW) return failed();
  Bounds bounds;
  if (sqlite3_column_type(statement->get(), 0) == SQLITE_NULL) return bounds;
  const auto number = [&](int column) {
    return static_cast<uint64_t>(sqlite3_column_int64(statement->get(), column));
  };
  bounds.first = number(0);
  bounds.last = number(1);
  bounds.blocks = number(2);
  bounds.bytes = number(3);
  return bounds;
}

Status JournalFile::transaction(const std::function<Status()>& work) {
  if (Status begun = run("BEGIN IMMEDIATE"); !begun) return begun;
  Status done = work();
  if (done) done = run("COMMIT");
  if (!done) static_cast<void>(run("ROLLBACK"));
  return done;
}

Status JournalFile::insert(const BlockHead& head, std::string_view block, std::span<const uint64_t> topics) {
  bind(insert_block_.get(), 1, head.first);
  bind(insert_block_.get(), 2, head.last());
  sqlite3_bind_int64(insert_block_.get(), 3, head.newest_us);
  bind_blob(insert_block_.get(), 4, block);
  if (!step(insert_block_.get())) return failed();
  for (const uint64_t topic : topics) {
    bind(insert_topic_.get(), 1, topic);
    bind(insert_topic_.get(), 2, head.first);
    if (!step(insert_topic_.get())) return failed();
  }
  return {};
}

Status JournalFile::commit(std::span<const NewBlock> blocks, std::span<const SourcePosition> positions,
                           std::span<const KeyedOutcome> keys, int64_t now_us) {
  return transaction([&]() -> Status {
    for (const NewBlock& block : blocks)
      if (Status stored = insert(block.head, block.bytes, block.topics); !stored) return stored;
    for (const auto& [key, value] : positions) {
      sqlite3_stmt* const statement = value.empty() ? forget_position_.get() : set_position_.get();
      bind(statement, 1, std::string_view(key));
      if (!value.empty()) bind(statement, 2, std::string_view(value));
      if (!step(statement)) return failed();
    }
    return keys.empty() ? Status() : write_keys(keys, now_us);
  });
}

Status JournalFile::write_keys(std::span<const KeyedOutcome> keys, int64_t now_us) {
  auto insert = prepare("INSERT OR REPLACE INTO keys VALUES (?1, ?2, ?3)");
  if (!insert) return tl::unexpected(insert.error());
  for (const auto& [key, outcome] : keys) {
    bind(insert->get(), 1, std::string_view(key));
    sqlite3_bind_int64(insert->get(), 2, now_us);
    bind(insert->get(), 3, std::string_view(outcome));
    if (!step(insert->get())) return failed();
  }
  return {};
}

Result<std::vector<KeyedOutcome>> JournalFile::keys(int64_t since_us) {
  auto statement = prepare("SELECT key, outcome FROM keys WHERE used_us >= ?1 ORDER BY used_us");
  if (!statement) return tl::unexpected(statement.error());
  sqlite3_bind_int64(statement->get(), 1, since_us);
  std::vector<KeyedOutcome> all;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement->get())) == SQLITE_ROW)
    all.push_back({std::string(text_of(statement->get(), 0)), std::string(text_of(statement->get(), 1))});
  if (code != SQLITE_DONE) return failed();
  return all;
}

Status JournalFile::forget_keys(int64_t before_us) {
  auto statement = prepare("DELETE FROM keys WHERE used_us < ?1");
  if (!statement) return tl::unexpected(statement.error());
  sqlite3_bind_int64(statement->get(), 1, before_us);
  if (!step(statement->get())) return failed();
  return {};
}

Result<std::map<std::string, std::string>> JournalFile::positions() {
  auto statement = prepare("SELECT source, position FROM positions");
  if (!statement) return tl::unexpected(statement.error());
  std::map<std::string, std::string> all;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement->get())) == SQLITE_ROW)
    all.emplace(text_of(statement->get(), 0), text_of(statement->get(), 1));
  if (code != SQLITE_DONE) return failed();
  return all;
}

Status JournalFile::read(uint64_t from, std::optional<uint64_t> topic, int limit, const Take& take) {
  auto statement = prepare(
      topic
          ? "SELECT first, last, newest_us, bytes FROM topics JOIN blocks USING (first) WHERE topic = ?3 AND "
            "first >= (SELECT coalesce(max(first), 0) FROM blocks WHERE first <= ?1) "
            "ORDER BY first LIMIT ?2"
          : "SELECT first, last, newest_us, bytes FROM blocks WHERE "
            "first >= (SELECT coalesce(max(first), 0) FROM blocks WHERE first <= ?1) "
            "ORDER BY first LIMIT ?2");
  if (!statement) return tl::unexpected(statement.error());
  bind(statement->get(), 1, from);
  bind(statement->get(), 2, static_cast<uint64_t>(limit));
  if (topic) bind(statement->get(), 3, *topic);
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement->get())) == SQLITE_ROW) {
    StoredBlock block = block_of(statement->get());
    block.bytes = text_of(statement->get(), 3);
    if (block.last >= from && !take(block)) return {};
  }
  if (code != SQLITE_DONE) return failed();
  return {};
}

Result<uint64_t> JournalFile::next_about(uint64_t topic, uint64_t from) {
  auto statement = prepare(
      "SELECT min(first) FROM topics WHERE topic = ?1 AND first >= "
      "(SELECT coalesce(max(first), 0) FROM blocks WHERE first <= ?2)");
  if (!statement) return tl::unexpected(statement.error());
  bind(statement->get(), 1, topic);
  bind(statement->get(), 2, from);
  if (sqlite3_step(statement->get()) != SQLITE_ROW) return failed();
  const auto first = static_cast<uint64_t>(sqlite3_column_int64(statement->get(), 0));
  return first == 0 ? 0 : std::max(first, from);
}

Status JournalFile::list(const std::function<void(const StoredBlock& block)>& take) {
  auto statement = prepare("SELECT first, last, newest_us FROM blocks ORDER BY first");
  if (!statement) return tl::unexpected(statement.error());
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement->get())) == SQLITE_ROW) take(block_of(statement->get()));
  if (code != SQLITE_DONE) return failed();
  return {};
}

Result<uint64_t> JournalFile::number(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return tl::unexpected(statement.error());
  if (sqlite3_step(statement->get()) != SQLITE_ROW) return failed();
  return static_cast<uint64_t>(sqlite3_column_int64(statement->get(), 0));
}

Result<uint64_t> JournalFile::excess(int64_t oldest_us, uint64_t max_bytes) {
  const auto pages = number("PRAGMA page_count"), free = number("PRAGMA freelist_count"),
             page = number("PRAGMA page_size");
  for (const auto* each : {&pages, &free, &page})
    if (!*each) return tl::unexpected(each->error());
  const uint64_t used = (*pages - *free) * *page;
  uint64_t over = max_bytes > 0 && used > max_bytes ? used - max_bytes : 0;
  auto statement = prepare("SELECT first, last, kept_us, length(bytes) FROM blocks ORDER BY first");
  if (!statement) return tl::unexpected(statement.error());
  uint64_t before = 0;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement->get())) == SQLITE_ROW) {
    const bool old = sqlite3_column_int64(statement->get(), 2) < oldest_us;
    if (!old && over == 0) return before;
    before = number_of(statement->get(), 1) + 1;
    over -= std::min(over, static_cast<uint64_t>(sqlite3_column_int64(statement->get(), 3)));
  }
  if (code != SQLITE_DONE) return failed();
  return before;
}

Result<bool> JournalFile::trim(uint64_t before) {
  auto oldest = prepare(
      "SELECT max(first), count(*) FROM (SELECT first FROM blocks WHERE last < ?1 AND first < "
      "(SELECT max(first) FROM blocks) ORDER BY first LIMIT ?2)");
  if (!oldest) return tl::unexpected(oldest.error());
  bind(oldest->get(), 1, before);
  bind(oldest->get(), 2, static_cast<uint64_t>(kTrimmedAtOnce));
  if (sqlite3_step(oldest->get()) != SQLITE_ROW) return failed();
  const int count = sqlite3_column_int(oldest->get(), 1);
  if (count == 0) return false;
  const std::string last = std::to_string(sqlite3_column_int64(oldest->get(), 0));
  oldest->reset();
  const std::string sql = "BEGIN IMMEDIATE; DELETE FROM topics WHERE first <= " + last +
                          "; DELETE FROM blocks WHERE first <= " + last + "; COMMIT";
  if (Status done = run(sql.c_str()); !done) {
    static_cast<void>(run("ROLLBACK"));
    return tl::unexpected(done.error());
  }
  return count == kTrimmedAtOnce;
}

Status JournalFile::checkpoint() {
  if (Status vacuumed = run("PRAGMA incremental_vacuum(256)"); !vacuumed) return vacuumed;
  if (sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr) == SQLITE_OK)
    return {};
  return failed();
}

Status decode_stored(BlockDecoder& decoder, JournalFile::StoredBlock& block, std::vector<EventRef>& out) {
  std::optional<std::string> mended;
  Result<BlockHead> head = BlockDecoder::head(block.bytes);
  if (!head) {
    if (head.error().code == "block_damaged") mended = mend_block(block.bytes);
    if (!mended) return tl::unexpected(head.error());
    head = BlockDecoder::head(*mended);
    if (!head) return tl::unexpected(head.error());
    block.mended = true;
  }
  if (head->first != block.first)
    return fail("block_damaged", "journal", "a block stands in the row of another; its events are lost");
  if (Status decoded = decoder.decode(mended ? *mended : block.bytes, out); !decoded) return decoded;
  block.last = head->last();
  return {};
}

}  // namespace relay
