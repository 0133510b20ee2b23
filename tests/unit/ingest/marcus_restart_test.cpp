#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "following.h"
#include "ingest/source_factory.h"
#include "restarting.h"
#include "support/catch.h"

namespace relay::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOtherFile = "logs/agent_events/agent_events_20260303.jsonl";
constexpr const char* kRotated = "logs/agent_events/rotated.1";

void make_old(const fs::path& file) {
  fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(48));
}

TEST_CASE("killed behind every publication, several files are read once each and in order of time") {
  Restarting marcus;
  marcus.config.max_line = 1000;
  for (int number = 0; number < 40; ++number) {
    const std::string file = "logs/agent_events/agent_events_" + std::to_string(number % 3) + ".jsonl";
    marcus.dir.append(file, agent_line(number));
    if (number % 4 == 0) marcus.dir.append(file, "no record " + std::to_string(number) + "\n\n");
    if (number % 9 == 0) marcus.dir.append(file, std::string(3000, 'x') + "\n");
  }
  for (int number = 0; number < 40; ++number) {
    marcus.start();
    REQUIRE(marcus.commit_one());
    marcus.crash();
  }
  marcus.start();
  REQUIRE(marcus.commit_all());
  CHECK(marcus.numbers() == range(0, 39));
}

TEST_CASE("what was read but not committed is read again") {
  Restarting marcus;
  marcus.options.max_events = 512;
  for (int number = 0; number < 2000; ++number) marcus.dir.append(kAgentFile, agent_line(number));
  marcus.start();
  REQUIRE(marcus.commit_one());
  CHECK(marcus.numbers() == range(0, 511));
  marcus.start();
  REQUIRE(marcus.commit_all());
  CHECK(marcus.numbers() == range(0, 1999));
}

TEST_CASE("what came while the relay was down is news, in files old and new") {
  Restarting marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.start();
  REQUIRE(marcus.commit_count(1));
  marcus.crash();
  marcus.dir.append(kAgentFile, agent_line(2));
  marcus.dir.append(kOtherFile, agent_line(3));
  make_old(marcus.dir.path() / kAgentFile);
  make_old(marcus.dir.path() / kOtherFile);
  marcus.start();
  REQUIRE(marcus.commit_count(3));
  CHECK(marcus.numbers() == range(1, 3));
  CHECK(marcus.events[0]->is_backfill());
  CHECK_FALSE(marcus.events[1]->is_backfill());
  CHECK_FALSE(marcus.events[2]->is_backfill());
}

TEST_CASE("a line that was torn when the relay was killed comes once it is complete") {
  Restarting marcus;
  const std::string torn = agent_line(2);
  marcus.dir.append(kAgentFile, agent_line(1) + torn.substr(0, 20));
  marcus.start();
  REQUIRE(marcus.commit_count(1));
  marcus.start();
  marcus.dir.append(kAgentFile, torn.substr(20, 20));
  marcus.crash();
  marcus.dir.append(kAgentFile, torn.substr(40));
  marcus.start();
  REQUIRE(marcus.commit_all());
  CHECK(marcus.numbers() == range(1, 2));
}

TEST_CASE("a file that was renamed while the relay was down is read on, whatever its name is now") {
  Restarting marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.start();
  REQUIRE(marcus.commit_count(1));
  marcus.crash();
  marcus.dir.append(kAgentFile, agent_line(2));
  fs::rename(marcus.dir.path() / kAgentFile, marcus.dir.path() / kRotated);
  marcus.dir.append(kAgentFile, agent_line(3));
  marcus.start();
  REQUIRE(marcus.commit_count(3));
  marcus.crash();
  marcus.dir.append(kRotated, agent_line(4));
  fs::rename(marcus.dir.path() / kRotated, marcus.dir.path() / kOtherFile);
  marcus.start();
  REQUIRE(marcus.commit_all());
  CHECK(marcus.numbers() == range(1, 4));
  CHECK(marcus.events[3]->source() == "/marcus/main/agent_events");
}

TEST_CASE("a file that was copied and truncated while the relay was down is read from its start, counted") {
  Restarting marcus;
  marcus.dir.append(kAgentFile, agent_line(1) + agent_line(2));
  marcus.start();
  REQUIRE(marcus.commit_count(2));
  marcus.crash();
  const bool longer = GENERATE(false, true);
  fs::copy_file(marcus.dir.path() / kAgentFile, marcus.dir.path() / kRotated);
  fs::resize_file(marcus.dir.path() / kAgentFile, 0);
  for (int number = 3; number <= (longer ? 6 : 3); ++number)
    marcus.dir.append(kAgentFile, agent_line(number));
  marcus.start();
  REQUIRE(marcus.commit_all());
  CHECK(marcus.numbers() == range(1, longer ? 6 : 3));
  CHECK_FALSE(marcus.events.back()->is_backfill());
  CHECK(marcus.source->status().restarts == 1);
}

TEST_CASE("a file that was truncated to nothing while the relay was down is read once it grows") {
  Restarting marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.start();
  REQUIRE(marcus.commit_count(1));
  marcus.crash();
  fs::resize_file(marcus.dir.path() / kAgentFile, 0);
  marcus.start();
  REQUIRE(marcus.commit_all());
  marcus.dir.append(kAgentFile, agent_line(2));
  REQUIRE(marcus.commit_count(2));
  CHECK(marcus.numbers() == range(1, 2));
}

TEST_CASE("another file of the same size and inode as one deleted while the relay was down is read") {
  Restarting marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.start();
  REQUIRE(marcus.commit_count(1));
  marcus.crash();
  // Written over in place: the same inode for certain.
  marcus.dir.write(kAgentFile, agent_line(2));
  fs::rename(marcus.dir.path() / kAgentFile, marcus.dir.path() / kOtherFile);
  marcus.start();
  REQUIRE(marcus.commit_all());
  CHECK(marcus.numbers() == range(1, 2));
}

TEST_CASE("a foreign file with the inode of a log deleted while the relay was down is left alone") {
  Restarting marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.start();
  REQUIRE(marcus.commit_count(1));
  marcus.crash();
  marcus.dir.write(kAgentFile, agent_line(2));
  fs::rename(marcus.dir.path() / kAgentFile, marcus.dir.path() / "logs/agent_events/notes.txt");
  marcus.start();
  REQUIRE(marcus.commit_all());
  CHECK(marcus.numbers() == range(1, 1));
  CHECK(marcus.kept.size() == 1);
}

TEST_CASE("files read from their end have a position at once, so a restart neither reads nor skips more") {
  Restarting marcus;
  const std::string torn = agent_line(2);
  marcus.dir.append(kAgentFile, agent_line(1) + torn.substr(0, 20));
  make_old(marcus.dir.path() / kAgentFile);
  marcus.start();
  REQUIRE(marcus.commit_one());
  CHECK(marcus.events.empty());
  marcus.crash();
  marcus.dir.append(kAgentFile, torn.substr(20) + agent_line(3));
  marcus.start();
  REQUIRE(marcus.commit_all());
  CHECK(marcus.numbers() == range(2, 3));
  CHECK_FALSE(marcus.events[0]->is_backfill());
}

TEST_CASE(
    "the position of a file that is gone is forgotten, when that happened while the relay was down too") {
  Restarting marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.dir.append(kOtherFile, agent_line(2));
  marcus.start();
  REQUIRE(marcus.commit_count(2));
  CHECK(marcus.kept.size() == 2);
  fs::remove(marcus.dir.path() / kOtherFile);
  REQUIRE(marcus.commit_all());  // the source has noticed
  marcus.clock.ahead_us += 61'000'000;
  REQUIRE(marcus.commit_until([&] { return marcus.kept.size() == 2; }));
  marcus.crash();
  fs::remove(marcus.dir.path() / kAgentFile);
  marcus.start();
  marcus.clock.ahead_us += 61'000'000;
  REQUIRE(marcus.commit_until([&] { return marcus.kept.size() == 1; }));
  CHECK(marcus.kept.begin()->second.find("agent_events_marker.jsonl") != std::string::npos);
}

TEST_CASE("while the folder of a file is away, as a disk that is not mounted, its position is kept") {
  Restarting marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.start();
  REQUIRE(marcus.commit_count(1));
  marcus.crash();
  fs::rename(marcus.dir.path() / "logs", marcus.dir.path() / "away");
  marcus.start();
  marcus.clock.ahead_us += 61'000'000;
  marcus.dir.append("data/agent_events_1.jsonl", agent_line(2));
  REQUIRE(marcus.commit_count(2));
  fs::rename(marcus.dir.path() / "away", marcus.dir.path() / "logs");
  marcus.dir.append(kAgentFile, agent_line(3));
  REQUIRE(marcus.commit_count(3));
  CHECK(marcus.numbers() == range(1, 3));
}

TEST_CASE("a position that cannot be read is reported and what it stood for read from its start") {
  Restarting marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.start();
  REQUIRE(marcus.commit_count(1));
  const std::string key = marcus.kept.begin()->first;
  const std::string good = marcus.kept.begin()->second;
  const auto [bad_key, bad] = GENERATE_COPY(table<std::string, std::string>({
      {key, "{"},
      {key, "[]"},
      {key, "{\"offset\": -1}"},
      {key, "{\"offset\":0,\"length\":257,\"hash\":1,\"kind\":\"audit\",\"path\":\"x\"}"},
      {"marcus:main/db", "{\"device\":1,\"inode\":2,\"rowid\":3,\"keys\":[4]}"},
      {"marcus:main/file:1", good},
      {"marcus:main/file:1:2:3", good},
      {"marcus:main/what", good},
  }));
  marcus.kept = {{bad_key, bad}};
  marcus.start();
  REQUIRE(marcus.commit_count(2));
  CHECK(marcus.numbers() == std::vector<int>{1, 1});
  REQUIRE(marcus.logger.warnings.size() == 1);
  CHECK(marcus.logger.warnings[0].find("position_unreadable: " + bad_key) == 0);
}

TEST_CASE("a source takes no positions but its own, from whoever makes it") {
  Restarting marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.start();
  REQUIRE(marcus.commit_count(1));
  marcus.crash();
  marcus.dir.append(kAgentFile, agent_line(2));
  marcus.config.type = SourceConfig::Type::marcus;
  const auto first_of = [&](const std::string& instance) {
    SourceConfig config = marcus.config;
    config.instance = instance;
    Intake intake(1000, 1 << 20);
    const auto source = make_source(config, intake, marcus.clock, marcus.logger, marcus.kept);
    source->start();
    Drain drain(intake);
    REQUIRE(drain.until_count(1));
    return drain.numbers().front();
  };
  CHECK(first_of("main") == 2);
  CHECK(first_of("mai") == 1);
  CHECK(first_of("main2") == 1);
}

}  // namespace
}  // namespace relay::test
