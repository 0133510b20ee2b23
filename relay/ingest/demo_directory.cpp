#include "ingest/demo_directory.h"

#include <sqlite3.h>

#include <fstream>
#include <map>
#include <memory>
#include <string_view>

#include "base/clock.h"

namespace relay {
namespace {

constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS persistence (collection TEXT NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL,"
    " stored_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (collection, key));"
    "CREATE INDEX IF NOT EXISTS idx_stored_at ON persistence(stored_at); BEGIN";
constexpr const char* kInsert =
    "INSERT OR REPLACE INTO persistence (collection, key, data, stored_at)"
    " VALUES ('events', json_extract(?1, '$.event_id'), ?1, datetime(?2, 'unixepoch'))";

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// Stores records as rows of marcus.db, in one transaction.
class EventRows {
 public:
  explicit EventRows(const std::filesystem::path& file) {
    sqlite3* db = nullptr;
    ok_ = sqlite3_open(file.c_str(), &db) == SQLITE_OK;
    db_.reset(db);
    ok_ = ok_ && sqlite3_exec(db, kTable, nullptr, nullptr, nullptr) == SQLITE_OK;
    sqlite3_stmt* insert = nullptr;
    ok_ = ok_ && sqlite3_prepare_v2(db, kInsert, -1, &insert, nullptr) == SQLITE_OK;
    insert_.reset(insert);
  }
  void add(const DemoRecord& record) {
    if (!ok_) return;
    sqlite3_bind_text(insert_.get(), 1, record.json.data(), static_cast<int>(record.json.size()),
                      SQLITE_STATIC);
    sqlite3_bind_int64(insert_.get(), 2, record.time_us / 1'000'000);
    ok_ = sqlite3_step(insert_.get()) == SQLITE_DONE;
    sqlite3_reset(insert_.get());
  }
  [[nodiscard]] bool commit() {
    ok_ = ok_ && sqlite3_exec(db_.get(), "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK;
    return ok_;
  }

 private:
  std::unique_ptr<sqlite3, CloseDatabase> db_;
  std::unique_ptr<sqlite3_stmt, CloseDatabase> insert_;
  bool ok_ = false;
};

std::filesystem::path folder_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::agent_events:
      return "logs/agent_events";
    case RecordKind::audit:
      return "data/audit_logs";
    case RecordKind::events:
      return "data";
    default:
      return "logs/conversations";
  }
}

}  // namespace

std::string demo_file_name(RecordKind kind, int64_t time_us) {
  if (kind == RecordKind::events) return "marcus.db";
  const std::string time = format_rfc3339(time_us);  // 2026-03-02T08:57:00…
  std::string stamp = time.substr(0, 4) + time.substr(5, 2) + time.substr(8, 2);
  if (kind != RecordKind::agent_events && kind != RecordKind::audit)
    stamp += "_" + time.substr(11, 2) + time.substr(14, 2) + time.substr(17, 2);
  return std::string(to_string(kind)) + "_" + stamp + ".jsonl";
}

Status write_demo_directory(DemoMarcus& marcus, const std::filesystem::path& directory, size_t count) {
  const auto failed = [&] {
    return fail("write_failed", directory.string(), "cannot be written; check permissions and free space");
  };
  std::error_code error;
  for (const auto kind : {RecordKind::agent_events, RecordKind::audit, RecordKind::conversations})
    std::filesystem::create_directories(directory / folder_of(kind), error);
  if (error) return failed();
  EventRows rows(directory / folder_of(RecordKind::events) / demo_file_name(RecordKind::events, 0));
  std::map<std::string, std::ofstream> files;
  int64_t start_us = 0;
  for (size_t i = 0; i < count; ++i) {
    const DemoRecord record = marcus.next();
    if (i == 0) start_us = record.time_us;
    if (record.kind == RecordKind::events) {
      rows.add(record);
      continue;
    }
    const int64_t named_us = record.kind == RecordKind::agent_events ? record.time_us : start_us;
    const std::string path = directory / folder_of(record.kind) / demo_file_name(record.kind, named_us);
    std::ofstream& file = files.try_emplace(path, path, std::ios::binary | std::ios::app).first->second;
    file << record.json << '\n';
  }
  for (auto& [path, file] : files)
    if (!file.flush()) return failed();
  if (!rows.commit()) return failed();
  return {};
}

}  // namespace relay
