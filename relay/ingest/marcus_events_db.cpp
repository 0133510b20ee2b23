#include "ingest/marcus_events_db.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace relay {
namespace {

constexpr int kBusyTimeoutMs = 20;
constexpr size_t kRowsPerQuery = 256;
constexpr size_t kBytesPerQuery = 1 << 20;
constexpr size_t kRecentKeys = 4096;
constexpr size_t kPlaceKeys = 16;  // also in kBefore
constexpr std::string_view kFile = "marcus.db";

// The + keeps SQLite from using the key's index, which would make it sort the whole collection.
constexpr const char* kRows =
    "SELECT rowid, key, data FROM persistence WHERE rowid > ? AND +collection = 'events' ORDER BY rowid";
constexpr const char* kPlace = "SELECT rowid FROM persistence WHERE collection = 'events' AND key = ?";
constexpr const char* kBefore =
    "SELECT key FROM persistence WHERE rowid <= ? AND +collection = 'events' ORDER BY rowid DESC LIMIT 16";
constexpr const char* kEnd = "SELECT max(rowid) FROM persistence";
constexpr const char* kStart =
    "SELECT min(rowid) FROM persistence WHERE stored_at >= datetime(?, 'unixepoch')";

}  // namespace

void MarcusEventsDb::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }
void MarcusEventsDb::Close::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

MarcusEventsDb::MarcusEventsDb(std::string path, int64_t backfill_us, int64_t max_line, RecordParser& parser,
                               Clock& clock, StatusBoard& board, std::string source,
                               const StoredPositions& stored, std::vector<SourcePosition>& positions)
    : path_(std::move(path)),
      backfill_us_(backfill_us),
      max_line_(max_line),
      parser_(parser),
      clock_(clock),
      board_(board),
      source_(std::move(source)),
      positions_(positions),
      first_poll_(!stored.any) {
  if (!stored.database) return;
  identity_ = stored.database->identity;
  last_ = stored.database->rowid;
  for (const std::string& key : stored.database->keys) remember(key);
}

MarcusEventsDb::~MarcusEventsDb() = default;

bool MarcusEventsDb::poll() {
  if (!rows_.empty()) return true;
  struct stat info {};
  // Never opened here: closing any descriptor of the file would drop SQLite's locks on it.
  if (stat(path_.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0) {
    close();
    first_poll_ = false;
    return false;
  }
  const FileIdentity found{info.st_dev, info.st_ino};
  if (identity_.inode != 0 && found != identity_) {
    close();
    last_ = backfill_end_ = 0;
  }
  identity_ = found;
  if (!open() || !has_changed()) return false;
  if (first_poll_ ? !find_start() : !find_place()) return false;
  return fetch();
}

EventRef MarcusEventsDb::next() {
  while (!rows_.empty() || (more_ && db_ != nullptr && find_place() && fetch())) {
    const Row row = std::move(rows_.front());
    rows_.pop_front();
    const RecordPlace place{RecordKind::events, kFile, static_cast<uint64_t>(row.rowid), row.backfill};
    if (row.too_long)
      parser_.skip(place, "row is longer than max_line");
    else if (EventRef event = parser_.parse(place, row.data)) {
      mark_ = {static_cast<uint64_t>(row.rowid), row.number};
      return event;
    }
  }
  return {};
}

std::optional<SourcePosition> MarcusEventsDb::position(const RecordMark& mark) const {
  // A record that waited in the merge while thousands of rows moved.
  if (keys_ - mark.count > recent_.size()) return std::nullopt;
  DatabasePosition position{identity_, static_cast<int64_t>(mark.at), {}};
  std::vector<std::string>& keys = position.keys;
  for (size_t at = recent_.size() - static_cast<size_t>(keys_ - mark.count);
       at > 0 && keys.size() < kPlaceKeys;)
    if (const std::string& key = recent_[--at]; std::find(keys.begin(), keys.end(), key) == keys.end())
      keys.push_back(key);
  std::reverse(keys.begin(), keys.end());
  return source_position(source_, position);
}

bool MarcusEventsDb::open() {
  if (db_ == nullptr) {
    sqlite3* raw = nullptr;
    const int code =
        sqlite3_open_v2(path_.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    db_.reset(raw);
    if (code != SQLITE_OK) return trouble(code);
    sqlite3_busy_timeout(db_.get(), kBusyTimeoutMs);
  }
  return rows_query_ != nullptr || prepare();
}

bool MarcusEventsDb::prepare() {
  const Statement table =
      statement("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'persistence'");
  if (table == nullptr) return false;
  const int code = sqlite3_step(table.get());
  if (code == SQLITE_DONE) first_poll_ = false;  // whatever the table will hold is news
  if (code != SQLITE_ROW) return code != SQLITE_DONE && trouble(code);
  version_query_ = statement("PRAGMA data_version");
  place_query_ = statement(kPlace);
  rows_query_ = statement(kRows);
  return version_query_ != nullptr && place_query_ != nullptr && rows_query_ != nullptr;
}

MarcusEventsDb::Statement MarcusEventsDb::statement(const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (db_ == nullptr) return {};
  const int code = sqlite3_prepare_v2(db_.get(), sql, -1, &raw, nullptr);
  if (code != SQLITE_OK) trouble(code);
  return Statement(raw);
}

bool MarcusEventsDb::has_changed() {
  const int code = sqlite3_step(version_query_.get());
  const int64_t version = code == SQLITE_ROW ? sqlite3_column_int64(version_query_.get(), 0) : 0;
  sqlite3_reset(version_query_.get());
  if (code != SQLITE_ROW) return trouble(code);
  if (version == version_ && !more_) return false;
  version_ = version;
  return true;
}

bool MarcusEventsDb::find_start() {
  const Statement end = statement(kEnd);
  const Statement start = statement(kStart);
  if (end == nullptr || start == nullptr) return false;
  sqlite3_bind_int64(start.get(), 1, (clock_.wall_us() - backfill_us_) / 1'000'000);
  const int start_code = sqlite3_step(start.get());
  const int end_code = start_code == SQLITE_ROW ? sqlite3_step(end.get()) : start_code;
  if (end_code != SQLITE_ROW) return trouble(end_code);
  backfill_end_ = sqlite3_column_int64(end.get(), 0);
  const bool some = backfill_us_ > 0 && sqlite3_column_type(start.get(), 0) != SQLITE_NULL;
  last_ = some ? sqlite3_column_int64(start.get(), 0) - 1 : backfill_end_;
  if (!remember_before(last_)) return false;
  first_poll_ = false;
  if (auto position = this->position({static_cast<uint64_t>(last_), keys_}))
    positions_.push_back(std::move(*position));
  return true;
}

bool MarcusEventsDb::remember_before(int64_t rowid) {
  const Statement query = statement(kBefore);
  if (query == nullptr) return false;
  sqlite3_bind_int64(query.get(), 1, rowid);
  std::vector<std::string> keys;
  int code;
  while ((code = sqlite3_step(query.get())) == SQLITE_ROW)
    if (const auto* key = reinterpret_cast<const char*>(sqlite3_column_text(query.get(), 0)))
      keys.emplace_back(key);
  if (code != SQLITE_DONE) return trouble(code);
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) remember(*key);
  return true;
}

// Goes back to the first of the rows read last, wherever they are now: any of them but not all may have moved
// behind rows that were not read yet. The others are known by their keys when they come by again.
bool MarcusEventsDb::find_place() {
  size_t found = 0;
  int64_t first = std::numeric_limits<int64_t>::max();
  uint64_t first_number = 0;
  // So few keys are those of all rows ever read.
  const bool all = recent_.size() < kPlaceKeys;
  for (auto key = recent_.rbegin(); !all && key != recent_.rend() && found < kPlaceKeys; ++key) {
    sqlite3_bind_text(place_query_.get(), 1, key->data(), static_cast<int>(key->size()), SQLITE_STATIC);
    const int code = sqlite3_step(place_query_.get());
    const int64_t rowid = code == SQLITE_ROW ? sqlite3_column_int64(place_query_.get(), 0) : 0;
    sqlite3_reset(place_query_.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) return trouble(code);
    if (code == SQLITE_DONE) continue;
    ++found;
    if (rowid >= first) continue;
    first = rowid;
    first_number = numbers_.at(*key);
  }
  last_ = found > 0 ? first : 0;
  passed_ = first_number;
  return true;
}

bool MarcusEventsDb::fetch() {
  sqlite3_bind_int64(rows_query_.get(), 1, last_);
  size_t bytes = 0;
  int code = SQLITE_ROW;
  while (rows_.size() < kRowsPerQuery && bytes < kBytesPerQuery) {
    code = sqlite3_step(rows_query_.get());
    if (code != SQLITE_ROW) break;
    take_row();
    if (!rows_.empty()) bytes += rows_.back().data.size();
  }
  more_ = code == SQLITE_ROW;
  if (code == SQLITE_DONE) backfill_end_ = 0;
  sqlite3_reset(rows_query_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) trouble(code);
  return !rows_.empty();
}

void MarcusEventsDb::take_row() {
  sqlite3_stmt* query = rows_query_.get();
  const auto* key = reinterpret_cast<const char*>(sqlite3_column_text(query, 1));
  Row row{sqlite3_column_int64(query, 0), key != nullptr ? key : "", {}, 0, false, false};
  row.backfill = row.rowid <= backfill_end_;
  last_ = row.rowid;
  const auto known = numbers_.find(row.key);
  const bool read_before = known != numbers_.end();
  if (read_before && known->second > passed_) {
    passed_ = known->second;
    return;
  }
  remember(row.key);
  row.number = passed_ = keys_;
  if (read_before) return;
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(query, 2));
  const int size = sqlite3_column_bytes(query, 2);
  row.too_long = size > max_line_;
  if (data != nullptr && !row.too_long) row.data.assign(data, static_cast<size_t>(size));
  rows_.push_back(std::move(row));
}

void MarcusEventsDb::remember(const std::string& key) {
  recent_.push_back(key);
  numbers_[key] = ++keys_;
  if (recent_.size() <= kRecentKeys) return;
  const auto oldest = numbers_.find(recent_.front());
  if (oldest->second == keys_ - kRecentKeys) numbers_.erase(oldest);
  recent_.pop_front();
}

// Busy and locked pass by themselves; anything else may be a file that is being replaced: open it anew.
bool MarcusEventsDb::trouble(int code) {
  version_ = -1;
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) return false;
  const std::string why = path_ + ": " + (db_ != nullptr ? sqlite3_errmsg(db_.get()) : sqlite3_errstr(code));
  board_.update([&](SourceStatus& status) { status.last_error = why; });
  close();
  return false;
}

void MarcusEventsDb::close() {
  rows_query_.reset();
  place_query_.reset();
  version_query_.reset();
  db_.reset();
  version_ = -1;
  more_ = false;
}

}  // namespace relay
