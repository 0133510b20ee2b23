#include "isolation/outcome.h"

#include <string>
#include <vector>

#include "support/plugin_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

/// What the fixture that does as it is told makes of events of these types, as bytes.
std::string bytes_of(Bench& bench, const std::vector<EventRef>& events) {
  const auto plugin = bench.must_create(fixture("everything"));
  EventBatch batch({});
  batch.assign(events);
  plugin->process(batch);
  std::string room(1 << 20, '\0');
  ByteWriter out(room);
  Outcome::write(batch, out);
  REQUIRE(out.complete());
  return room.substr(0, out.size());
}

/// An outcome done to a batch of other events.
struct Applied {
  explicit Applied(const std::vector<EventRef>& events) { batch.assign(events); }
  bool apply(const std::string& bytes, uint32_t first, uint32_t count) {
    const auto outcome = Outcome::read(bytes, count);
    if (outcome) outcome->apply(*batch.abi(), first);
    batch.close();
    return outcome.has_value();
  }
  EventBatch batch{{}};
};

}  // namespace

TEST_CASE("verdicts, reasons, changes and emissions go over, to where the events are in the whole batch") {
  Bench bench;
  const std::vector<EventRef> part = {make_event("do.change", "e2"), make_event("do.drop", "e3"),
                                      make_event("do.emit", "e4")};
  const std::string bytes = bytes_of(bench, part);
  std::vector<EventRef> all = {make_event("do.nothing", "e1")};
  all.insert(all.end(), part.begin(), part.end());
  Applied applied(all);
  REQUIRE(applied.apply(bytes, 1, 3));
  const EventBatch& batch = applied.batch;
  CHECK(batch.verdict(0) == Verdict::pass);
  CHECK_FALSE(batch.changed(0));
  REQUIRE(batch.changed(1));
  CHECK(batch.event(1).type() == "changed.e2");
  CHECK(batch.event(1).data() == R"({"was":1})");
  CHECK(batch.event(1).subject() == "agent:a1");
  CHECK(batch.event(1).priority() == Priority::high);
  CHECK(batch.event(1).time_us() == 1001);
  CHECK(batch.event(1).room() == "elsewhere");
  CHECK(batch.event(1).fields().extensions == "\"a\":1");
  CHECK(batch.verdict(2) == Verdict::drop);
  CHECK(batch.reason(2) == "told to");
  REQUIRE(batch.emitted_after(3).size() == 2);
  CHECK(batch.emitted_after(3)[0].event->id() == "e4.1");
  CHECK(batch.emitted_after(3)[1].event->id() == "own-id");
}

TEST_CASE("a batch that passes as it came is a few bytes") {
  Bench bench;
  const std::vector<EventRef> events(64, make_event("do.nothing"));
  const std::string bytes = bytes_of(bench, events);
  CHECK(bytes.size() <= 16);
  Applied applied(events);
  REQUIRE(applied.apply(bytes, 0, 64));
  CHECK(applied.batch.untouched());
}

TEST_CASE("no byte of an outcome can be missing, and none be there too many") {
  Bench bench;
  const std::vector<EventRef> events = {make_event("do.change"), make_event("do.emit")};
  const std::string bytes = bytes_of(bench, events);
  for (size_t length = 0; length < bytes.size(); ++length) {
    INFO(length);
    CHECK_FALSE(Outcome::read(bytes.substr(0, length), 2));
  }
  CHECK_FALSE(Outcome::read(bytes + 'x', 2));
  CHECK_FALSE(Outcome::read(bytes, 3));
  CHECK(Outcome::read(bytes, 2));
}

TEST_CASE("an event that an outcome makes invalid fails") {
  const std::vector<EventRef> events = {make_event("a"), make_event("b")};
  std::string room(1 << 10, '\0');
  ByteWriter out(room);
  out.number(uint64_t{0});  // refused
  out.number(uint32_t{2});
  for (const std::string data : {"{\"broken\":", "{}"}) {
    out.number(int32_t{SENECA_PASS});
    out.text("");
    out.number(uint8_t{0});
    out.number(uint32_t{1});
    out.number(int32_t{SENECA_FIELD_DATA});
    out.text(data);
  }
  out.number(uint32_t{0});  // emissions
  Applied applied(events);
  REQUIRE(applied.apply(room.substr(0, out.size()), 0, 2));
  CHECK(applied.batch.verdict(0) == Verdict::fail);
  CHECK(applied.batch.reason(0) == "its process answered what is no valid event");
  CHECK(applied.batch.verdict(1) == Verdict::pass);
  CHECK(applied.batch.event(1).data() == "{}");
}
