#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "support/catch.h"

namespace relay::test {

/// Marcus's own connection to its database.
class MarcusDatabase {
 public:
  explicit MarcusDatabase(const std::filesystem::path& file) {
    std::filesystem::create_directories(file.parent_path());
    REQUIRE(sqlite3_open(file.c_str(), &db_) == SQLITE_OK);
    sqlite3_busy_timeout(db_, 10'000);
    run("PRAGMA synchronous = OFF");
  }
  ~MarcusDatabase() { sqlite3_close(db_); }
  MarcusDatabase(const MarcusDatabase&) = delete;
  MarcusDatabase& operator=(const MarcusDatabase&) = delete;

  void run(const std::string& sql) const {
    INFO(sql);
    REQUIRE(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  void make_table() const {
    run("CREATE TABLE persistence (collection TEXT NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL, "
        "stored_at "
        "TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (collection, key))");
  }
  void store(int number, const std::string& collection = "events",
             const std::string& at = "CURRENT_TIMESTAMP") const {
    const std::string key = "evt_" + std::to_string(number);
    run("INSERT OR REPLACE INTO persistence VALUES ('" + collection + "', '" + key + "', '{\"event_id\": \"" +
        key +
        "\", \"timestamp\": \"2026-03-02T00:00:00+00:00\", \"event_type\": \"task_started\", \"source\": "
        "\"marcus\", "
        "\"data\": {\"n\": " +
        std::to_string(number) + "}, \"metadata\": {}}', " + at + ")");
  }

 private:
  sqlite3* db_ = nullptr;
};

}  // namespace relay::test
