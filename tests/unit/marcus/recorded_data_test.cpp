// Runs the plugin over a directory of Marcus's own, if there is one: SENECA_MARCUS_DATA=DIR
// seneca_marcus_tests
// "[.recorded]" prints what became of its records.

#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "marcus_relay.h"
#include "summary.h"
#include "support/catch.h"

namespace relay::test {
namespace {

std::string kind_of(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  for (const char* kind : {"agent_events", "conversations", "decisions", "realtime", "audit"})
    if (name.starts_with(std::string(kind) + "_")) return kind;
  return {};
}

void read_lines(const std::filesystem::path& file, std::vector<EventRef>& out) {
  const std::string kind = kind_of(file);
  if (kind.empty() || file.extension() != ".jsonl") return;
  std::ifstream in(file);
  size_t offset = 0;
  for (std::string line; std::getline(in, line); offset += line.size() + 1)
    out.push_back(read_record(kind, line, file.filename().string() + ":" + std::to_string(offset)));
}

void read_database(const std::filesystem::path& file, std::vector<EventRef>& out) {
  sqlite3* database = nullptr;
  const std::string uri = "file:" + file.string() + "?mode=ro&immutable=1";
  REQUIRE(sqlite3_open_v2(uri.c_str(), &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr) ==
          SQLITE_OK);
  sqlite3_stmt* rows = nullptr;
  REQUIRE(sqlite3_prepare_v2(database,
                             "SELECT data FROM persistence WHERE collection='events' ORDER BY rowid", -1,
                             &rows, nullptr) == SQLITE_OK);
  while (sqlite3_step(rows) == SQLITE_ROW)
    out.push_back(read_record("events", reinterpret_cast<const char*>(sqlite3_column_text(rows, 0))));
  sqlite3_finalize(rows);
  sqlite3_close(database);
}

std::vector<EventRef> read_directory(const std::filesystem::path& directory) {
  std::vector<EventRef> records;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.path().filename() == "marcus.db") read_database(entry.path(), records);
    if (entry.is_regular_file()) read_lines(entry.path(), records);
  }
  std::stable_sort(records.begin(), records.end(),
                   [](const EventRef& a, const EventRef& b) { return a->time_us() < b->time_us(); });
  return records;
}

}  // namespace

TEST_CASE("a directory of Marcus's own records runs through the plugin", "[.recorded]") {
  const char* directory = std::getenv("SENECA_MARCUS_DATA");
  REQUIRE(directory != nullptr);
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  Summary summary;
  for (const EventRef& record : read_directory(directory))
    CHECK(summary.feed(plugin, record).verdict != Verdict::fail);
  summary.write(std::cout);
}

}  // namespace relay::test
