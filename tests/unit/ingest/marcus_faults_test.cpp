#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "following.h"
#include "ingest/marcus_directory.h"
#include "support/catch.h"

namespace relay::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRenamed = "logs/agent_events/rotated.1";

TEST_CASE("a renamed file is read to its end, the new one under its name from the start") {
  Following marcus;
  marcus.start();
  marcus.dir.append(kAgentFile, agent_line(1));
  REQUIRE(marcus.drain.until_count(1));
  fs::rename(marcus.dir.path() / kAgentFile, marcus.dir.path() / kRenamed);
  marcus.dir.append(kRenamed, agent_line(2));
  marcus.dir.append(kAgentFile, agent_line(3));
  REQUIRE(marcus.drain.until_count(3));
  marcus.dir.append(kRenamed, agent_line(4));
  REQUIRE(marcus.drain.until_count(4));
  CHECK(marcus.drain.numbers() == range(1, 4));
}

TEST_CASE("a file that was replaced while lines waited in it is drained first") {
  Following marcus;
  marcus.start();
  marcus.dir.append(kAgentFile, agent_line(1));
  REQUIRE(marcus.drain.until_count(1));
  marcus.dir.append(kAgentFile, agent_line(2));
  marcus.dir.write("logs/agent_events/new", agent_line(3));
  fs::rename(marcus.dir.path() / "logs/agent_events/new", marcus.dir.path() / kAgentFile);
  REQUIRE(marcus.drain.until_count(3));
  CHECK(marcus.drain.numbers() == range(1, 3));
}

TEST_CASE("a deleted file is read as long as its writer goes on") {
  Following marcus;
  marcus.start();
  marcus.dir.append(kAgentFile, agent_line(1));
  REQUIRE(marcus.drain.until_count(1));
  std::ofstream writer(marcus.dir.path() / kAgentFile, std::ios::binary | std::ios::app);
  fs::remove(marcus.dir.path() / kAgentFile);
  writer << agent_line(2) << std::flush;
  REQUIRE(marcus.drain.until_count(2));
  marcus.dir.append(kAgentFile, agent_line(3));
  REQUIRE(marcus.drain.until_count(3));
  CHECK(marcus.drain.numbers() == range(1, 3));
}

TEST_CASE("a file that was copied and truncated is read from its start, counted, and live") {
  Following marcus;
  marcus.dir.append(kAgentFile, agent_line(1) + agent_line(2));
  marcus.start();
  REQUIRE(marcus.drain.until_count(2));
  fs::copy_file(marcus.dir.path() / kAgentFile, marcus.dir.path() / kRenamed);
  fs::resize_file(marcus.dir.path() / kAgentFile, 0);
  marcus.dir.append(kAgentFile, agent_line(3));
  REQUIRE(marcus.drain.until_count(3));
  CHECK(marcus.drain.numbers() == range(1, 3));
  CHECK_FALSE(marcus.drain.events[2]->is_backfill());
  CHECK(marcus.source->status().restarts == 1);
}

TEST_CASE("a file of the size it had, but with another beginning, is read from its start") {
  Following marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  fs::last_write_time(marcus.dir.path() / kAgentFile,
                      fs::file_time_type::clock::now() - std::chrono::hours(1));
  marcus.start();
  REQUIRE(marcus.drain.until_count(1));
  std::fstream(marcus.dir.path() / kAgentFile, std::ios::binary | std::ios::in | std::ios::out)
      << agent_line(2);
  REQUIRE(marcus.drain.until_count(2));
  CHECK(marcus.drain.numbers() == range(1, 2));
}

TEST_CASE("a folder moved away and made anew is followed in both places' order of life") {
  Following marcus;
  marcus.start();
  marcus.dir.append(kAgentFile, agent_line(1));
  REQUIRE(marcus.drain.until_count(1));
  fs::rename(marcus.dir.path() / "logs", marcus.dir.path() / "logs.old");
  marcus.dir.append(kAgentFile, agent_line(2));
  REQUIRE(marcus.drain.until_count(2));
  fs::remove_all(marcus.dir.path() / "logs");
  fs::rename(marcus.dir.path() / "logs.old", marcus.dir.path() / "logs");
  marcus.dir.append(kAgentFile, agent_line(3));
  REQUIRE(marcus.drain.until_count(3));
  CHECK(marcus.drain.numbers() == range(1, 3));
}

TEST_CASE("binary, broken and over-long lines are skipped and counted, the others arrive") {
  Following marcus;
  marcus.config.max_line = 1000;
  marcus.start();
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.dir.append(kAgentFile, std::string("\0\x01\xff\xfe garbage\n", 13));
  marcus.dir.append(kAgentFile, "{\"timestamp\": \"2026-\n");
  marcus.dir.append(kAgentFile, agent_line(9, ", \"text\": \"" + std::string(5000, 'x') + "\""));
  marcus.dir.append(kAgentFile, agent_line(2));
  REQUIRE(marcus.drain.until_count(2));
  CHECK(marcus.drain.numbers() == range(1, 2));
  CHECK(marcus.source->status().skipped_lines == 3);
  CHECK(marcus.source->status().last_error.find("agent_events_20260302.jsonl:") == 0);
}

TEST_CASE("NaN and Infinity in a line become null, counted") {
  Following marcus;
  marcus.start();
  marcus.dir.append(kAgentFile, agent_line(1, ", \"a\": NaN, \"b\": [-Infinity], \"c\": \"NaN\""));
  REQUIRE(marcus.drain.until_count(1));
  CHECK(marcus.drain.events[0]->data().find("\"a\": null, \"b\": [null], \"c\": \"NaN\"") !=
        std::string::npos);
  CHECK(marcus.source->status().repaired == 1);
}

TEST_CASE("time stamps without zone are taken in the configured one") {
  Following marcus;
  marcus.config.naive_tz_offset_s = -6 * 3600;
  marcus.start();
  marcus.dir.append(kAgentFile,
                    "{\"timestamp\": \"1970-01-01T00:00:00.5\", \"event_type\": \"x\", \"data\": {}}\n");
  REQUIRE(marcus.drain.until_count(1));
  CHECK(marcus.drain.events[0]->time_us() == (6 * 3600 * int64_t{1'000'000}) + 500'000);
}

}  // namespace
}  // namespace relay::test
