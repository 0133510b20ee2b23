#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "marcus_database.h"
#include "restarting.h"
#include "support/catch.h"

namespace relay::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDatabase = "data/marcus.db";

/// A database with rows 1 to `rows`, all committed, and a relay that was killed then.
struct KilledWithRows : Restarting {
  explicit KilledWithRows(int rows) : database(dir.path() / kDatabase) {
    database.make_table();
    for (int number = 1; number <= rows; ++number) database.store(number);
    start();
    REQUIRE(commit_count(static_cast<size_t>(rows)));
    crash();
  }
  void check_rows(int last) {
    start();
    REQUIRE(commit_all());
    std::vector<int> found = numbers();
    std::sort(found.begin(), found.end());
    CHECK(found == range(1, last));
  }
  MarcusDatabase database;
};

TEST_CASE("killed behind every publication, rows come once each and in their order") {
  Restarting marcus;
  const MarcusDatabase database(marcus.dir.path() / kDatabase);
  database.make_table();
  for (int number = 1; number <= 40; ++number) {
    database.store(number);
    database.store(number, "decisions");
  }
  for (int number = 1; number <= 40; ++number) {
    marcus.start();
    REQUIRE(marcus.commit_count(static_cast<size_t>(number)));
    marcus.crash();
  }
  marcus.start();
  REQUIRE(marcus.commit_all());
  CHECK(marcus.numbers() == range(1, 40));
}

TEST_CASE("rows that were added while the relay was down are news, however old") {
  KilledWithRows marcus(20);
  marcus.database.store(21, "events", "datetime('now', '-3 days')");
  marcus.database.store(22);
  marcus.check_rows(22);
  CHECK(marcus.events[0]->is_backfill());
  CHECK_FALSE(marcus.events[20]->is_backfill());
}

TEST_CASE("rows that were stored again behind new ones while the relay was down hide none of these") {
  const int rows = GENERATE(1, 2, 15, 16, 17, 40);
  KilledWithRows marcus(rows);
  marcus.database.store(rows + 1);
  marcus.database.store(rows);
  marcus.database.store(rows + 2);
  if (rows > 1) marcus.database.store(rows - 1);
  marcus.check_rows(rows + 2);
  marcus.crash();
  marcus.database.store(rows + 3);
  marcus.check_rows(rows + 3);
}

TEST_CASE(
    "a vacuum while the relay was down loses and repeats nothing, with rows stored again before it too") {
  KilledWithRows marcus(40);
  marcus.database.run("DELETE FROM persistence WHERE key IN ('evt_3', 'evt_30', 'evt_38')");
  marcus.database.store(41);
  marcus.database.store(40);
  marcus.database.run("VACUUM");
  marcus.database.store(42);
  marcus.check_rows(42);
}

TEST_CASE("rows that took the place of deleted ones while the relay was down are read") {
  KilledWithRows marcus(40);
  marcus.database.run("DELETE FROM persistence WHERE key IN ('evt_39', 'evt_40')");
  for (int number = 41; number <= 43; ++number) marcus.database.store(number);
  marcus.check_rows(43);
}

TEST_CASE(
    "a database that was replaced while the relay was down is read behind the rows known already, if any") {
  const std::vector<int> rows = GENERATE(std::vector{20, 21, 19, 22, 23}, std::vector{21, 22, 23});
  KilledWithRows marcus(20);
  {
    const MarcusDatabase other(marcus.dir.path() / "new.db");
    other.make_table();
    for (const int number : rows) other.store(number);
  }
  fs::rename(marcus.dir.path() / "new.db", marcus.dir.path() / kDatabase);
  marcus.check_rows(23);
}

TEST_CASE("a copy of the database in its place is read on where the original was") {
  KilledWithRows marcus(100);
  fs::copy_file(marcus.dir.path() / kDatabase, marcus.dir.path() / "copy.db");
  fs::rename(marcus.dir.path() / "copy.db", marcus.dir.path() / kDatabase);
  const MarcusDatabase copy(marcus.dir.path() / kDatabase);
  copy.store(101);
  marcus.check_rows(101);
}

TEST_CASE("a database read from its end has a position at once") {
  Restarting marcus;
  marcus.config.backfill = 0;
  const MarcusDatabase database(marcus.dir.path() / kDatabase);
  database.make_table();
  for (int number = 1; number <= 20; ++number) database.store(number);
  marcus.start();
  REQUIRE(marcus.commit_one());
  CHECK(marcus.events.empty());
  CHECK(marcus.kept.contains("marcus:main/db"));
  marcus.crash();
  database.store(21);
  marcus.start();
  REQUIRE(marcus.commit_all());
  CHECK(marcus.numbers() == range(21, 21));
}

TEST_CASE("a database that appeared while the relay was down is news from its first row") {
  Restarting marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.start();
  REQUIRE(marcus.commit_count(1));
  marcus.crash();
  const MarcusDatabase database(marcus.dir.path() / kDatabase);
  database.make_table();
  database.store(2, "events", "datetime('now', '-3 days')");
  marcus.start();
  REQUIRE(marcus.commit_all());
  CHECK(marcus.numbers() == range(1, 2));
  CHECK_FALSE(marcus.events[1]->is_backfill());
}

}  // namespace
}  // namespace relay::test
