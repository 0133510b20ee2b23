#include <string>
#include <vector>

#include "log/memory_log.h"
#include "support/catch.h"

using namespace relay;

namespace {

std::vector<EventRef> events(size_t count, int64_t time_us = 0) {
  std::vector<EventRef> made;
  EventFields fields;
  fields.type = "t";
  fields.time_us = time_us;
  for (size_t i = 0; i < count; ++i) made.push_back(Event::make(fields));
  return made;
}

std::vector<uint64_t> offsets(const Log& log, uint64_t from, uint64_t to, size_t limit = 100) {
  std::vector<EventRef> read;
  log.read(from, to, limit, read);
  std::vector<uint64_t> result;
  for (const EventRef& event : read) result.push_back(event->offset());
  return result;
}

using Offsets = std::vector<uint64_t>;

}  // namespace

TEST_CASE("an empty log has no newest offset and begins at 1") {
  const MemoryLog log("E", 10, 1 << 20);
  CHECK(log.bounds().oldest == 1);
  CHECK(log.bounds().newest == 0);
  CHECK(offsets(log, 0, 100).empty());
  CHECK(log.offset_at(0) == 1);
  CHECK(log.epoch() == "E");
}

TEST_CASE("offsets begin at 1 and have no holes") {
  MemoryLog log("E", 10, 1 << 20);
  log.append(events(2));
  log.append(events(1));
  CHECK(offsets(log, 1, 9) == Offsets{1, 2, 3});
  CHECK(offsets(log, 2, 2) == Offsets{2});
  CHECK(offsets(log, 0, 9, 2) == Offsets{1, 2});
  CHECK(offsets(log, 4, 9).empty());
}

TEST_CASE("the oldest events go when there are too many") {
  MemoryLog log("E", 3, 1 << 20);
  log.append(events(5));
  CHECK(log.bounds().oldest == 3);
  CHECK(log.bounds().newest == 5);
  CHECK(offsets(log, 1, 9) == Offsets{3, 4, 5});
}

TEST_CASE("the oldest events go when they hold too many bytes") {
  const uint64_t one = events(1).front()->footprint();
  MemoryLog log("E", 1000, 3 * one);
  log.append(events(10));
  CHECK(log.bounds().bytes == 3 * one);
  CHECK(log.bounds().oldest == 8);
}

TEST_CASE("the first event at or after a time is found") {
  MemoryLog log("E", 3, 1 << 20);
  for (const int64_t time : {10, 20, 30, 40}) log.append(events(1, time));
  CHECK(log.offset_at(0) == 2);
  CHECK(log.offset_at(30) == 3);
  CHECK(log.offset_at(31) == 4);
  CHECK(log.offset_at(41) == 5);
}

TEST_CASE("events read stay valid after the log let go of them") {
  MemoryLog log("E", 1, 1 << 20);
  log.append(events(1));
  std::vector<EventRef> read;
  log.read(1, 1, 1, read);
  log.append(events(1));
  REQUIRE(read.size() == 1);
  CHECK(read[0]->type() == "t");
  CHECK(read[0]->offset() == 1);
}
