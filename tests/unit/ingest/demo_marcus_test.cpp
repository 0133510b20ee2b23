#include "ingest/demo_marcus.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "event/json_check.h"
#include "following.h"
#include "ingest/demo_directory.h"
#include "ingest/demo_source.h"
#include "ingest/source_factory.h"
#include "support/catch.h"

namespace relay::test {
namespace {

constexpr int64_t kStart = 1'772'441'820'000'000;  // 2026-03-02T08:57:00Z

TEST_CASE("the same seed plays the same records, another seed others") {
  DemoMarcus one(1, kStart), same(1, kStart), other(2, kStart);
  bool differs = false;
  for (int i = 0; i < 3000; ++i) {
    const DemoRecord record = one.next();
    REQUIRE(record.json == same.next().json);
    differs = differs || record.json != other.next().json;
  }
  CHECK(differs);
}

TEST_CASE("records of the demo are in order of time, and each is one line of plain JSON") {
  DemoMarcus marcus(3, kStart);
  int64_t last_us = kStart;
  for (int i = 0; i < 5000; ++i) {
    const DemoRecord record = marcus.next();
    INFO(record.json);
    REQUIRE(record.time_us >= last_us);
    REQUIRE(check_json(record.json) == JsonFault::none);
    for (const char c : record.json) REQUIRE((c >= 0x20 && c < 0x7f));
    last_us = record.time_us;
  }
}

TEST_CASE(
    "the demo shows everything a Marcus does: several projects, blockers, gridlock, a finished project") {
  DemoMarcus marcus(1, kStart);
  std::map<RecordKind, int> kinds;
  std::set<std::string> missing{"planning_start",
                                "worker_registration",
                                "\"progress\": 75",
                                "\"completed\"",
                                "Reporting blocker: ",
                                "pm_decision",
                                "GRIDLOCK",
                                "kanban_interaction",
                                "\"progress_percent\": 100.0",
                                "\"health\": {",
                                "task_unassigned",
                                "No suitable tasks",
                                "\"decision_logged\"",
                                "task_completed",
                                "Seed Exchange"};
  for (int i = 0; i < 20'000; ++i) {
    const DemoRecord record = marcus.next();
    ++kinds[record.kind];
    for (auto it = missing.begin(); it != missing.end();)
      it = record.json.find(*it) != std::string::npos ? missing.erase(it) : std::next(it);
  }
  CHECK(kinds.size() == 6);
  CHECK(missing == std::set<std::string>{});
}

TEST_CASE(
    "each record at INFO or above is copied byte for byte to the decisions, whatever the caller's clock") {
  DemoMarcus marcus(1, kStart);
  std::string last;
  int copies = 0;
  for (int i = 0; i < 2000; ++i) {
    const DemoRecord record = marcus.next(kStart + i * 200'000);
    if (record.kind == RecordKind::decisions) {
      ++copies;
      REQUIRE(record.json == last);
    }
    last = record.json;
  }
  CHECK(copies > 100);
}

TEST_CASE("a written demo directory reads back complete, in order of time and without a bad line") {
  Following marcus;
  DemoMarcus demo(7, kStart);
  REQUIRE(write_demo_directory(demo, marcus.dir.path(), 4000));
  marcus.config.backfill = 1e9;
  marcus.start();
  REQUIRE(marcus.drain.until_count(4000));
  CHECK(marcus.source->status().skipped_lines == 0);
  int64_t last_us = 0;
  for (const EventRef& event : marcus.drain.events) {
    REQUIRE(event->time_us() >= last_us);
    REQUIRE(event->is_backfill());
    last_us = event->time_us();
  }
}

TEST_CASE("the demo source delivers live records of all kinds at its rate") {
  Following demo;
  demo.config.type = SourceConfig::Type::demo;
  demo.config.rate = 5000;
  const std::unique_ptr<Source> source = make_source(demo.config, demo.intake, demo.clock, *demo.logger);
  CHECK(source->name() == "demo:main");
  const int64_t start_us = demo.clock.monotonic_us();
  source->start();
  REQUIRE(demo.drain.until_count(1000));
  CHECK(demo.clock.monotonic_us() - start_us >= 150'000);
  source->stop();
  CHECK(source->status().skipped_lines == 0);
  std::set<std::string> sources, ids;
  for (const EventRef& event : demo.drain.events) {
    sources.insert(std::string(event->source()));
    ids.insert(std::string(event->source()) + std::string(event->id()));
    CHECK_FALSE(event->is_backfill());
  }
  CHECK(sources.size() == 6);
  CHECK(ids.size() == demo.drain.events.size());
}

}  // namespace
}  // namespace relay::test
