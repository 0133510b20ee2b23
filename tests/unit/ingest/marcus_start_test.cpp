#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "following.h"
#include "ingest/marcus_directory.h"
#include "support/catch.h"

namespace relay::test {
namespace {

namespace fs = std::filesystem;

size_t open_descriptors() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

TEST_CASE("what a recent file held at the start is backfill, what is appended later is not") {
  Following marcus;
  marcus.dir.append(kAgentFile, agent_line(1) + agent_line(2));
  marcus.start();
  REQUIRE(marcus.drain.until_count(2));
  marcus.dir.append(kAgentFile, agent_line(3));
  marcus.dir.append("logs/agent_events/agent_events_20260303.jsonl", agent_line(4));
  REQUIRE(marcus.drain.until_count(4));
  CHECK(marcus.drain.events[0]->is_backfill());
  CHECK(marcus.drain.events[1]->is_backfill());
  CHECK_FALSE(marcus.drain.events[2]->is_backfill());
  CHECK_FALSE(marcus.drain.events[3]->is_backfill());
}

TEST_CASE("what is written as soon as start has returned is live, even in a file that is new") {
  Following marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.start();
  marcus.dir.append(kAgentFile, agent_line(2));
  marcus.dir.append("logs/agent_events/agent_events_20260303.jsonl", agent_line(3));
  REQUIRE(marcus.drain.until_count(3));
  CHECK(marcus.drain.numbers() == range(1, 3));
  CHECK(marcus.drain.events[0]->is_backfill());
  CHECK_FALSE(marcus.drain.events[1]->is_backfill());
  CHECK_FALSE(marcus.drain.events[2]->is_backfill());
}

TEST_CASE("a line torn at the start counts as live once it is complete") {
  Following marcus;
  const std::string torn = agent_line(2);
  marcus.dir.append(kAgentFile, agent_line(1) + torn.substr(0, 20));
  marcus.start();
  REQUIRE(marcus.drain.until_count(1));
  marcus.dir.append(kAgentFile, torn.substr(20));
  REQUIRE(marcus.drain.until_count(2));
  CHECK(marcus.drain.numbers() == range(1, 2));
  CHECK(marcus.drain.events[0]->is_backfill());
  CHECK_FALSE(marcus.drain.events[1]->is_backfill());
}

TEST_CASE("files older than the backfill time are followed from their end") {
  Following marcus;
  const std::string torn = agent_line(2);
  marcus.dir.append(kAgentFile, agent_line(1) + torn.substr(0, 20));
  fs::last_write_time(marcus.dir.path() / kAgentFile,
                      fs::file_time_type::clock::now() - std::chrono::hours(48));
  marcus.start();
  marcus.dir.append(kAgentFile, torn.substr(20) + agent_line(3));
  REQUIRE(marcus.drain.until_count(2));
  CHECK(marcus.drain.numbers() == range(2, 3));
  CHECK_FALSE(marcus.drain.events[0]->is_backfill());
}

TEST_CASE("with a backfill of 0 nothing from before the start is read") {
  Following marcus;
  marcus.config.backfill = 0;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.start();
  REQUIRE(marcus.until_marker(kAgentFile));
  CHECK(marcus.drain.numbers() == std::vector<int>{4242});
}

TEST_CASE("50,000 empty files cost no descriptor and no time worth mentioning") {
  Following marcus;
  const fs::path folder = marcus.dir.path() / "logs/conversations";
  fs::create_directories(folder);
  for (int i = 0; i < 50'000; ++i) {
    const int fd = open((folder / ("conversations_" + std::to_string(i) + ".jsonl")).c_str(),
                        O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    REQUIRE(fd >= 0);
    close(fd);
  }
  const size_t before = open_descriptors();
  const int64_t start_us = marcus.clock.monotonic_us();
  marcus.start();
  marcus.dir.append("logs/conversations/conversations_31415.jsonl", agent_line(1));
  REQUIRE(marcus.drain.until_count(1));
  CHECK(marcus.clock.monotonic_us() - start_us < 15'000'000);
  CHECK(open_descriptors() <= before + 4);
  CHECK(marcus.drain.until([&] { return marcus.source->status().files == 1; }));
}

TEST_CASE("no more files are open than allowed, however many have something to read") {
  Following marcus;
  for (int number = 0; number < 200; ++number)
    marcus.dir.append("logs/agent_events/agent_events_" + std::to_string(number) + ".jsonl",
                      agent_line(number) + agent_line(number + 200));
  marcus.start({true, 8});
  REQUIRE(marcus.drain.until_count(400));
  CHECK(marcus.drain.numbers() == range(0, 399));
  CHECK(marcus.source->status().files == 200);
  CHECK(marcus.source->status().open_files <= 8);
}

TEST_CASE("a FIFO or a directory with a log's name is reported and does not hold up the others") {
  Following marcus;
  const fs::path folder = marcus.dir.path() / "logs/agent_events";
  fs::create_directories(folder / "agent_events_1.jsonl");
  REQUIRE(mkfifo((folder / "agent_events_2.jsonl").c_str(), 0600) == 0);
  marcus.start();
  marcus.dir.append(kAgentFile, agent_line(1));
  REQUIRE(marcus.drain.until_count(1));
  CHECK(marcus.source->status().last_error.find("is not a regular file") != std::string::npos);
  fs::remove(folder / "agent_events_2.jsonl");
  marcus.dir.append("logs/agent_events/agent_events_2.jsonl", agent_line(2));
  CHECK(marcus.drain.until_count(2));
}

TEST_CASE("two names of one file are read once") {
  Following marcus;
  const fs::path folder = marcus.dir.path() / "logs/agent_events";
  marcus.dir.append(kAgentFile, agent_line(1));
  fs::create_hard_link(marcus.dir.path() / kAgentFile, folder / "agent_events_hard.jsonl");
  fs::create_symlink(marcus.dir.path() / kAgentFile, folder / "agent_events_soft.jsonl");
  marcus.start();
  marcus.dir.append("logs/agent_events/agent_events_hard.jsonl", agent_line(2));
  REQUIRE(marcus.until_marker(kAgentFile));
  CHECK(marcus.drain.numbers() == std::vector<int>{1, 2, 4242});
}

TEST_CASE("a symbolic link to a file elsewhere is followed") {
  const TempDir elsewhere;
  Following marcus;
  elsewhere.append("log", agent_line(1));
  fs::create_directories(marcus.dir.path() / "logs/agent_events");
  fs::create_symlink(elsewhere.path() / "log", marcus.dir.path() / kAgentFile);
  marcus.start();
  elsewhere.append("log", agent_line(2));
  REQUIRE(marcus.drain.until_count(2));
  CHECK(marcus.drain.numbers() == range(1, 2));
}

}  // namespace
}  // namespace relay::test
