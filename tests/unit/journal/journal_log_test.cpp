#include "journal/journal_log.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/manual_clock.h"
#include "support/temp_dir.h"

using namespace relay;
using namespace relay::test;

namespace {

class Health final : public JournalHealth {
 public:
  void journal_stuck(std::string_view code) override { note(std::string(code)); }
  void journal_well() override { note("well"); }
  void journal_lost(const Error& error) override { note(error.code); }

  void await(const std::string& what) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(30),
                              [&] { return !heard_.empty() && heard_.back() == what; }));
  }

 private:
  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(std::move(what));
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> heard_;
};

/// A journal in a directory, opened and closed as a relay does.
class Bench {
 public:
  Bench(const std::filesystem::path& directory, const std::string& epoch, uint64_t memory_events = 10) {
    JournalLog::Options options;
    options.directory = directory;
    options.memory_events = memory_events;
    options.memory_bytes = 1 << 30;
    log.emplace(options, clock, *logger, health);
    const Status opened = log->open(epoch);
    if (!opened) FAIL(opened.error().to_string());
  }

  void append(size_t count, int64_t time_us = 1000, const std::string& subject = "") {
    std::vector<EventRef> events;
    for (size_t i = 0; i < count; ++i) {
      const std::string id = std::to_string(log->bounds().newest + 1 + i);
      EventFields fields;
      fields.id = id;
      fields.source = "/t";
      fields.type = "a";
      fields.subject = subject;
      fields.time_us = time_us;
      events.push_back(Event::make(fields));
    }
    log->append(std::move(events));
  }

  /// Returns once everything appended is on the disk.
  void keep(std::vector<SourcePosition> positions = {}) {
    class Notice final : public CommitNotice {
     public:
      explicit Notice(std::promise<Status>& promise) : promise_(promise) {}
      void committed(const Status& kept) override { promise_.set_value(kept); }

     private:
      std::promise<Status>& promise_;
    };
    std::promise<Status> promise;
    auto kept = promise.get_future();
    log->settle({std::move(positions), {}, std::make_unique<Notice>(promise)});
    REQUIRE(kept.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
    REQUIRE(kept.get());
  }

  struct Reading {
    std::vector<uint64_t> offsets;
    std::vector<LogReader::Hole> holes;
    uint64_t next = 0;
  };
  Reading read(uint64_t from, uint64_t to = 1'000'000, size_t limit = 1'000'000) {
    std::promise<Reading> promise;
    auto done = promise.get_future();
    REQUIRE(log->visit([&](LogReader& reader) {
      Reading reading;
      std::vector<EventRef> events;
      reading.next = reader.read(from, to, limit, events, reading.holes);
      for (const EventRef& event : events) {
        reading.offsets.push_back(event->offset());
        if (event->id() != std::to_string(event->offset())) reading.offsets.push_back(0);
      }
      promise.set_value(std::move(reading));
    }));
    return done.get();
  }

  ManualClock clock;
  std::unique_ptr<Logger> logger = make_null_logger();
  Health health;
  std::optional<JournalLog> log;
};

std::vector<uint64_t> from_to(uint64_t from, uint64_t to) {
  std::vector<uint64_t> all;
  for (; from <= to; ++from) all.push_back(from);
  return all;
}

}  // namespace

TEST_CASE("what memory has let go of is read from the disk, without a seam") {
  TempDir directory;
  Bench bench(directory.path(), "e1");
  for (int i = 0; i < 50; ++i) {
    bench.append(7);
    if (i % 3 == 0) bench.keep();
  }
  bench.keep();
  bench.append(1);  // memory forgets when it is given more
  CHECK(bench.log->bounds().oldest == 1);
  CHECK(bench.log->bounds().newest == 351);
  CHECK(bench.log->bounds().in_memory > 300);
  const auto all = bench.read(1);
  CHECK(all.offsets == from_to(1, 351));
  CHECK(all.holes.empty());
  CHECK(all.next == 352);
  const auto some = bench.read(100, 120, 10);
  CHECK(some.offsets == from_to(100, 109));
  CHECK(some.next == 110);
  CHECK(bench.read(110, 120).next == 121);
  CHECK(bench.read(352).next == 352);
}

TEST_CASE("memory lets go of nothing that is not on the disk") {
  TempDir directory;
  Bench bench(directory.path(), "e1");
  bench.append(500);
  bench.append(1);
  CHECK(bench.log->bounds().in_memory == 1);
  bench.keep();
  bench.append(1);
  CHECK(bench.log->bounds().in_memory > 400);
}

TEST_CASE("the next run goes on where the last one ended, in its epoch") {
  TempDir directory;
  {
    Bench bench(directory.path(), "e1");
    bench.append(20);
    bench.keep({{"file", "7"}});
    bench.append(5);  // not acknowledged, but the end writes it
  }
  Bench bench(directory.path(), "e2");
  CHECK(bench.log->epoch() == "e1");
  CHECK(bench.log->positions() == std::map<std::string, std::string>{{"file", "7"}});
  bench.append(1);
  CHECK(bench.log->bounds().newest == 26);
  CHECK(bench.read(1).offsets == from_to(1, 26));
}

TEST_CASE("after an end that was none, positions up to the last commit are known and later ones are not") {
  TempDir crashed, image;
  {
    Bench bench(crashed.path(), "e1");
    bench.append(20);
    bench.keep();
    for (const char* name : {"journal.db", "journal.db-wal"})
      std::filesystem::copy_file(crashed.path() / name, image.path() / name);
  }
  Bench bench(image.path(), "e2");
  CHECK(bench.log->epoch() == "e2");
  CHECK(bench.log->knows("e1", 20));
  CHECK_FALSE(bench.log->knows("e1", 21));
  CHECK(bench.log->knows("e2", 20));
  CHECK_FALSE(bench.log->knows("e3", 1));
}

TEST_CASE("a time leads to an offset near before what happened then") {
  TempDir directory;
  Bench bench(directory.path(), "e1");
  for (int64_t second = 1; second <= 100; ++second) {
    bench.append(10, second * 1'000'000);
    bench.keep();
  }
  bench.append(1, 101'000'000);
  const uint64_t found = bench.log->offset_at(50'000'000);
  CHECK(found <= 491);
  CHECK(found >= 471);
  CHECK(bench.log->offset_at(0) == 1);
  CHECK(bench.log->offset_at(101'000'000) == 1001);
  CHECK(bench.log->offset_at(102'000'000) == 1002);
}

TEST_CASE("a block of which nothing is kept has no time") {
  TempDir directory;
  Bench bench(directory.path(), "e1");
  bench.append(1, 1'000'000);
  bench.keep();
  EventFields fields;
  fields.id = "2";
  fields.source = "/t";
  fields.type = "a";
  fields.time_us = 2'000'000;
  EventRef event = Event::make(fields);
  event->set_transient(true);
  bench.log->append({event});
  bench.keep();
  bench.append(1, 3'000'000);
  bench.keep();
  CHECK(bench.read(1).holes.empty());
  CHECK(bench.log->offset_at(1'000'000) == 1);
}

TEST_CASE("a subject leads past what is not about it") {
  TempDir directory;
  Bench bench(directory.path(), "e1");
  for (int i = 0; i < 40; ++i) {
    bench.append(10, 1000, i == 20 ? "agent:a" : "agent:b");
    bench.keep();
  }
  bench.append(1);
  uint64_t first = 0, none = 0;
  std::promise<void> done;
  REQUIRE(bench.log->visit([&](LogReader& reader) {
    first = reader.next_about("agent:a", 1);
    none = reader.next_about("agent:c", 1);
    done.set_value();
  }));
  done.get_future().get();
  CHECK(first == 201);
  CHECK(none == bench.log->bounds().in_memory);
}

TEST_CASE("a journal that another relay has is refused") {
  TempDir directory;
  Bench bench(directory.path(), "e1");
  JournalLog::Options options;
  options.directory = directory.path();
  JournalLog second(options, bench.clock, *bench.logger, bench.health);
  const Status opened = second.open("e2");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == "journal_in_use");
}
