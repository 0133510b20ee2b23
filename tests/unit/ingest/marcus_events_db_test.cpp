#include "ingest/marcus_events_db.h"

#include <filesystem>
#include <string>
#include <vector>

#include "following.h"
#include "marcus_database.h"
#include "support/catch.h"

namespace relay::test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("rows of the events collection arrive once each, others never") {
  Following marcus;
  const MarcusDatabase writer(marcus.dir.path() / "data/marcus.db");
  writer.make_table();
  writer.store(1);
  marcus.start();
  REQUIRE(marcus.drain.until_count(1));
  for (int number = 2; number <= 600; ++number)
    writer.store(number, number % 2 == 0 ? "events" : "decisions");
  REQUIRE(marcus.drain.until_count(301));
  CHECK(marcus.drain.events[0]->is_backfill());
  CHECK_FALSE(marcus.drain.events[1]->is_backfill());
  CHECK(marcus.drain.events[1]->id() == "evt_2");
  CHECK(marcus.drain.events[1]->source() == "/marcus/main/events");
  CHECK(marcus.drain.numbers().back() == 600);
}

TEST_CASE("rows stored longer ago than the backfill time are not read") {
  Following marcus;
  const MarcusDatabase writer(marcus.dir.path() / "data/marcus.db");
  writer.make_table();
  writer.store(1, "events", "datetime('now', '-3 days')");
  writer.store(2, "events", "datetime('now', '-1 hour')");
  marcus.start();
  writer.store(3);
  REQUIRE(marcus.drain.until_count(2));
  CHECK(marcus.drain.numbers() == range(2, 3));
}

TEST_CASE("a row that was stored again, the numbering after a vacuum and deleted rows repeat nothing") {
  Following marcus;
  marcus.config.backfill = 0;
  const MarcusDatabase writer(marcus.dir.path() / "data/marcus.db");
  writer.make_table();
  for (int number = 1; number <= 20; ++number) writer.store(number, number <= 15 ? "decisions" : "events");
  marcus.start();
  writer.store(21);
  REQUIRE(marcus.drain.until_count(1));
  writer.store(21);
  writer.store(22);
  REQUIRE(marcus.drain.until_count(2));
  writer.run("DELETE FROM persistence WHERE collection = 'decisions'");
  writer.run("VACUUM");
  writer.store(23);
  REQUIRE(marcus.drain.until_count(3));
  writer.run("DELETE FROM persistence WHERE key IN ('evt_22', 'evt_23')");
  writer.store(24);
  REQUIRE(marcus.drain.until_count(4));
  CHECK(marcus.drain.numbers() == range(21, 24));
}

TEST_CASE("a database and a table that appear after the start are live from the first row") {
  Following marcus;
  marcus.start();
  const MarcusDatabase writer(marcus.dir.path() / "data/marcus.db");
  writer.run("CREATE TABLE other (x)");
  writer.make_table();
  writer.store(1);
  REQUIRE(marcus.drain.until_count(1));
  CHECK_FALSE(marcus.drain.events[0]->is_backfill());
}

TEST_CASE("a replaced database is read from its first row, without the rows known already") {
  Following marcus;
  const fs::path file = marcus.dir.path() / "data/marcus.db";
  {
    const MarcusDatabase writer(file);
    writer.make_table();
    writer.store(1);
    writer.store(2);
  }
  marcus.start();
  REQUIRE(marcus.drain.until_count(2));
  {
    const MarcusDatabase writer(marcus.dir.path() / "new.db");
    writer.make_table();
    writer.store(3);
    writer.store(2);
    writer.store(4);
  }
  fs::rename(marcus.dir.path() / "new.db", file);
  const MarcusDatabase writer(file);
  REQUIRE(marcus.drain.until([&] {
    const std::vector<int> numbers = marcus.drain.numbers();
    return !numbers.empty() && numbers.back() == 4;
  }));
  CHECK(marcus.drain.numbers().size() <= 4);
}

TEST_CASE("a locked database is tried again until it is free") {
  Following marcus;
  const MarcusDatabase writer(marcus.dir.path() / "data/marcus.db");
  writer.make_table();
  marcus.start();
  writer.run("BEGIN EXCLUSIVE");
  writer.store(1);
  marcus.dir.append(kAgentFile, agent_line(7));
  REQUIRE(marcus.drain.until_count(1));
  CHECK(marcus.drain.numbers() == std::vector<int>{7});
  writer.run("COMMIT");
  REQUIRE(marcus.drain.until_count(2));
}

TEST_CASE("a file that is no database is reported and the logs are followed all the same") {
  Following marcus;
  marcus.dir.write("data/marcus.db", std::string(8192, 'x'));
  marcus.start();
  marcus.dir.append(kAgentFile, agent_line(1));
  REQUIRE(marcus.drain.until_count(1));
  CHECK(marcus.source->status().last_error.find("marcus.db") != std::string::npos);
}

}  // namespace
}  // namespace relay::test
