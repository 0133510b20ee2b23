#include "marcus/duplicates.h"

#include "marcus/record_map.h"
#include "support/catch.h"

namespace marcus {
namespace {

constexpr int64_t kSecond = 1000000;
constexpr int64_t kNoon = 1776168000 * kSecond;

Meaning progress(const std::string& percent) {
  Meaning meaning;
  meaning.topic = "task.progress.updated";
  meaning.agent_id = "a1";
  meaning.task_id = "t1";
  meaning.progress = percent;
  return meaning;
}

Rule rule(Twin twin, SourceSet canonical = 0) {
  Rule row{};
  row.twin = twin;
  row.canonical = canonical;
  return row;
}

struct Told {
  Duplicates duplicates{2 * kSecond};
  SourceSet seen = 0;

  std::string check(Source source, const Rule& row, const Meaning& meaning, int64_t time_us) {
    return duplicates.check("/marcus/main", seen, source, row, meaning, time_us);
  }
};

}  // namespace

TEST_CASE("a record is superfluous once its canonical source has been seen") {
  Told told;
  const Rule row = rule(Twin::elsewhere, set_of(Source::agent_events));
  CHECK(told.check(Source::conversations, row, progress("25"), kNoon).empty());
  told.seen = set_of(Source::agent_events);
  CHECK(told.check(Source::conversations, row, progress("50"), kNoon) ==
        "duplicate: canonical in agent_events");
}

TEST_CASE("the first to tell a happening stands for those within the window") {
  Told told;
  const Rule stand_in = rule(Twin::elsewhere);
  const Rule canonical = rule(Twin::elsewhere);
  CHECK(told.check(Source::conversations, stand_in, progress("25"), kNoon).empty());
  CHECK(told.check(Source::agent_events, canonical, progress("25"), kNoon + 2 * kSecond) ==
        "duplicate: already told by conversations");
  CHECK(told.check(Source::agent_events, canonical, progress("25"), kNoon + 3 * kSecond).empty());
  CHECK(told.check(Source::agent_events, canonical, progress("50"), kNoon).empty());
}

TEST_CASE("files read one after the other are matched by record time") {
  Told told;
  const Rule first = rule(Twin::elsewhere);
  const Rule second = rule(Twin::elsewhere);
  for (int i = 0; i < 100; ++i)
    CHECK(told.check(Source::conversations, first, progress("25"), kNoon + i * 30 * kSecond).empty());
  for (int i = 0; i < 100; ++i)
    CHECK_FALSE(
        told.check(Source::agent_events, second, progress("25"), kNoon + i * 30 * kSecond - kSecond).empty());
}

TEST_CASE("a kind repeats itself only where the table says so") {
  Told told;
  const Rule once = rule(Twin::elsewhere);
  CHECK(told.check(Source::agent_events, once, progress("25"), kNoon).empty());
  CHECK(told.check(Source::agent_events, once, progress("25"), kNoon + 1).empty());
  const Rule twice = rule(Twin::again);
  CHECK(told.check(Source::events, twice, progress("75"), kNoon).empty());
  CHECK(told.check(Source::events, twice, progress("75"), kNoon + 1) == "duplicate: already told by events");
}

TEST_CASE("instances do not share happenings") {
  Duplicates duplicates(2 * kSecond);
  const Rule a = rule(Twin::elsewhere);
  const Rule b = rule(Twin::elsewhere);
  CHECK(duplicates.check("/marcus/one", 0, Source::realtime, a, progress("25"), kNoon).empty());
  CHECK(duplicates.check("/marcus/two", 0, Source::audit, b, progress("25"), kNoon).empty());
}

TEST_CASE("without a window only canonical sources count") {
  Duplicates duplicates(0);
  const Rule a = rule(Twin::elsewhere);
  const Rule b = rule(Twin::elsewhere);
  CHECK(duplicates.check("m", 0, Source::realtime, a, progress("25"), kNoon).empty());
  CHECK(duplicates.check("m", 0, Source::audit, b, progress("25"), kNoon).empty());
}

TEST_CASE("the later of two files with the same bytes is a copy, whichever it is") {
  Duplicates duplicates(2 * kSecond);
  CHECK(duplicates.check_copy("m", Source::conversations, "{1}").empty());
  CHECK(duplicates.check_copy("m", Source::decisions, "{1}") ==
        "duplicate: copy of a record in conversations");
  CHECK(duplicates.check_copy("m", Source::decisions, "{2}").empty());
  CHECK(duplicates.check_copy("m", Source::conversations, "{2}") ==
        "duplicate: copy of a record in decisions");
  CHECK(duplicates.check_copy("m", Source::conversations, "{1}").empty());
  CHECK(duplicates.check_copy("n", Source::decisions, "{1}").empty());
}

TEST_CASE("recent keys forget the oldest") {
  RecentKeys keys(3);
  for (uint64_t key = 1; key <= 5; ++key) keys.put(key, {static_cast<int64_t>(key), nullptr, Source::audit});
  CHECK(keys.find(1) == nullptr);
  CHECK(keys.find(2) == nullptr);
  REQUIRE(keys.find(3) != nullptr);
  CHECK(keys.find(3)->time_us == 3);
  CHECK(keys.find(5) != nullptr);
  CHECK(keys.evicted() == 2);
  keys.put(5, {50, nullptr, Source::audit});
  CHECK(keys.find(5)->time_us == 50);
  CHECK(keys.evicted() == 2);
}

}  // namespace marcus
