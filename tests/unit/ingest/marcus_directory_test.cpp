#include "ingest/marcus_directory.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "following.h"
#include "support/catch.h"

namespace relay::test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("records of every kind of file get their kind in source and the place in the file as id") {
  Following marcus;
  marcus.start();
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.dir.append("logs/conversations/conversations_20260302_085700.jsonl",
                    "{\"message\": \"hi\", \"timestamp\": \"2026-03-02T00:00:02Z\", \"event\": "
                    "\"worker_communication\", \"logger\": \"worker\", \"level\": \"info\"}\n");
  marcus.dir.append("logs/conversations/realtime_20260302_085701.jsonl",
                    "{\"timestamp\": \"2026-03-02T00:00:03+00:00\", \"type\": \"server_startup\"}\n");
  marcus.dir.append(
      "data/audit_logs/audit_20260302.jsonl",
      "{\"timestamp\": \"2026-03-02T00:00:04+00:00\", \"event_type\": \"tool_call\", \"client_id\": "
      "\"a\", \"client_type\": \"agent\", \"tool_name\": \"ping\", \"success\": true, \"details\": {}}\n");
  REQUIRE(marcus.drain.until_count(4));
  std::vector<std::string> found;
  for (const EventRef& event : marcus.drain.events)
    found.push_back(std::string(event->source()) + " " + std::string(event->id()));
  std::sort(found.begin(), found.end());
  CHECK(found == std::vector<std::string>{
                     "/marcus/main/agent_events agent_events_20260302.jsonl:0",
                     "/marcus/main/audit audit_20260302.jsonl:0",
                     "/marcus/main/conversations conversations_20260302_085700.jsonl:0",
                     "/marcus/main/realtime realtime_20260302_085701.jsonl:0",
                 });
}

TEST_CASE("a directory that holds the files flat is followed as well") {
  Following marcus;
  marcus.dir.write("audit_20260302.jsonl", "");
  marcus.start();
  marcus.dir.append("agent_events_20260302.jsonl", agent_line(1));
  CHECK(marcus.drain.until_count(1));
}

TEST_CASE("directories that appear after the start are followed, however deep") {
  const TempDir place;
  Following marcus(place.path() / "not" / "yet" / "marcus");
  marcus.start();
  CHECK(marcus.source->status().state == "waiting for " + (place.path() / "not/yet/marcus").string());
  place.append(std::string("not/yet/marcus/") + kAgentFile, agent_line(1));
  place.append("not/yet/marcus/data/audit_logs/audit_1.jsonl", agent_line(2));
  REQUIRE(marcus.drain.until_count(2));
  CHECK(marcus.drain.until([&] { return marcus.source->status().state == "following"; }));
  for (const EventRef& event : marcus.drain.events) CHECK_FALSE(event->is_backfill());
}

TEST_CASE("at midnight the new file is followed and the old one read on") {
  Following marcus;
  marcus.start();
  marcus.dir.append(kAgentFile, agent_line(1));
  REQUIRE(marcus.drain.until_count(1));
  marcus.dir.append("logs/agent_events/agent_events_20260303.jsonl", agent_line(2));
  REQUIRE(marcus.drain.until_count(2));
  marcus.dir.append(kAgentFile, agent_line(3));
  REQUIRE(marcus.drain.until_count(3));
  CHECK(marcus.drain.numbers() == range(1, 3));
}

TEST_CASE("a backlog in several files is merged by time") {
  Following marcus;
  for (int number = 0; number < 3000; ++number)
    marcus.dir.append("logs/agent_events/agent_events_" + std::to_string(number % 7) + ".jsonl",
                      agent_line(number));
  marcus.start({true, 3});
  REQUIRE(marcus.drain.until_count(3000));
  CHECK(marcus.drain.numbers() == range(0, 2999));
  CHECK(marcus.source->status().open_files <= 3);
}

TEST_CASE("files that writers append to at once are read without a loss or a repetition") {
  Following marcus;
  marcus.start();
  constexpr int kWriters = 4;
  constexpr int kLines = 400;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer)
    writers.emplace_back([&, writer] {
      const std::string name = "logs/agent_events/agent_events_" + std::to_string(writer % 3) + ".jsonl";
      for (int line = 0; line < kLines; ++line) {
        const std::string text = agent_line(writer * kLines + line);
        // Two writers share the first file, so only the others may tear a line.
        const size_t cut = writer % 3 == 0 ? text.size() : static_cast<size_t>(line) % text.size();
        if (cut > 0) marcus.dir.append(name, text.substr(0, cut));
        if (cut < text.size()) marcus.dir.append(name, text.substr(cut));
      }
    });
  const bool complete = marcus.drain.until_count(kWriters * kLines);
  for (std::thread& writer : writers) writer.join();
  REQUIRE(complete);
  std::vector<int> numbers = marcus.drain.numbers();
  std::sort(numbers.begin(), numbers.end());
  CHECK(numbers == range(0, kWriters * kLines - 1));
}

TEST_CASE("a full intake delays records but loses none and keeps their order") {
  Following marcus({}, 3);
  for (int number = 0; number < 2000; ++number) marcus.dir.append(kAgentFile, agent_line(number));
  marcus.start();
  REQUIRE(marcus.drain.until_count(2000));
  CHECK(marcus.drain.numbers() == range(0, 1999));
}

TEST_CASE("while the intake is full nothing is read, the status says so, and stopping is prompt") {
  Following marcus({}, 1);
  for (int number = 0; number < 5000; ++number) marcus.dir.append(kAgentFile, agent_line(number));
  marcus.source =
      std::make_unique<MarcusDirectory>(marcus.intake, marcus.clock, *marcus.logger, marcus.config);
  marcus.source->start();
  while (!marcus.source->status().waiting_backpressure) std::this_thread::yield();
  CHECK(marcus.source->status().records == 512);
  CHECK(marcus.source->status().lag_bytes > 0);
  const int64_t before_us = marcus.clock.monotonic_us();
  marcus.source->stop();
  CHECK(marcus.clock.monotonic_us() - before_us < 5'000'000);
  CHECK(marcus.source->status().state == "stopped");
}

TEST_CASE("without inotify new lines, files and directories are found by polling") {
  Following marcus;
  marcus.dir.append(kAgentFile, agent_line(1));
  marcus.start({false, 64});
  CHECK(marcus.source->status().state == "polling: inotify is off");
  REQUIRE(marcus.drain.until_count(1));
  marcus.dir.append(kAgentFile, agent_line(2));
  marcus.dir.append("data/audit_logs/agent_events_2.jsonl", agent_line(3));
  REQUIRE(marcus.drain.until_count(3));
  fs::rename(marcus.dir.path() / kAgentFile, marcus.dir.path() / "logs/agent_events/old.jsonl");
  marcus.dir.append("logs/agent_events/old.jsonl", agent_line(4));
  REQUIRE(marcus.drain.until_count(4));
  std::vector<int> numbers = marcus.drain.numbers();
  std::sort(numbers.begin(), numbers.end());
  CHECK(numbers == range(1, 4));
}

}  // namespace
}  // namespace relay::test
