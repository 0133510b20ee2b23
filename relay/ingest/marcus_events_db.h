#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "ingest/line_reader.h"
#include "ingest/positions.h"
#include "ingest/record_merge.h"
#include "ingest/record_parser.h"

struct sqlite3;
struct sqlite3_stmt;

namespace relay {

/// Follows the events in Marcus's database: table `persistence`, collection `events`, in order of rowid.
///
/// Reads only, in transactions of one short query, so Marcus never waits for it. The file may not exist yet,
/// be locked, have no such table yet, or be replaced; it is tried again at the next poll. Marcus rewrites
/// rows, which then get a new rowid, and SQLite numbers rows anew after VACUUM or when the last ones were
/// deleted; so the rows read last are known by their keys, and none is read twice. Over a restart the last 16
/// are. [source thread]
class MarcusEventsDb final : public RecordInput {
 public:
  /// Rows stored less than `backfill_us` before the first poll are read, as backfill; after an earlier run
  /// (`stored`) those behind where it stood, as news. Where the first run begins is appended to `positions`.
  MarcusEventsDb(std::string path, int64_t backfill_us, int64_t max_line, RecordParser& parser, Clock& clock,
                 StatusBoard& board, std::string source, const StoredPositions& stored,
                 std::vector<SourcePosition>& positions);
  ~MarcusEventsDb() override;

  /// Looks for new rows. True when next() has some.
  [[nodiscard]] bool poll();
  [[nodiscard]] EventRef next() override;
  [[nodiscard]] RecordMark mark() const override { return mark_; }
  [[nodiscard]] std::optional<SourcePosition> position(const RecordMark& mark) const override;
  [[nodiscard]] RecordKind kind() const override { return RecordKind::events; }

 private:
  struct Row {
    int64_t rowid;
    std::string key;
    std::string data;
    uint64_t number;  // of its key
    bool too_long;
    bool backfill;
  };
  struct Close {
    void operator()(sqlite3* db) const;
    void operator()(sqlite3_stmt* statement) const;
  };
  using Database = std::unique_ptr<sqlite3, Close>;
  using Statement = std::unique_ptr<sqlite3_stmt, Close>;

  [[nodiscard]] bool open();
  [[nodiscard]] bool prepare();
  [[nodiscard]] Statement statement(const char* sql);
  [[nodiscard]] bool has_changed();
  [[nodiscard]] bool find_start();
  [[nodiscard]] bool find_place();
  [[nodiscard]] bool fetch();
  void take_row();
  void remember(const std::string& key);
  bool trouble(int code);
  [[nodiscard]] bool remember_before(int64_t rowid);
  void close();

  const std::string path_;
  const int64_t backfill_us_;
  const int64_t max_line_;
  RecordParser& parser_;
  Clock& clock_;
  StatusBoard& board_;
  const std::string source_;
  std::vector<SourcePosition>& positions_;

  Database db_;
  Statement version_query_, place_query_, rows_query_;
  FileIdentity identity_;
  int64_t version_ = -1;      // PRAGMA data_version when all rows were read; -1: not yet
  bool first_poll_ = true;    // nothing is known about the past yet
  int64_t backfill_end_ = 0;  // rows up to here were there before the relay; 0 once they were read
  int64_t last_ = 0;          // rowid read last
  bool more_ = false;         // the last query did not reach the end
  std::deque<Row> rows_;
  RecordMark mark_;
  std::deque<std::string> recent_;  // keys read last, in the order of their rows; again where a row moved
  uint64_t keys_ = 0;               // how many ever were in it: the number of the last one
  uint64_t passed_ = 0;             // number of the key of the row read last
  std::unordered_map<std::string, uint64_t> numbers_;  // the latest of each key in it
};

}  // namespace relay
