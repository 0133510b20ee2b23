#include <string>
#include <vector>

#include "support/catch.h"
#include "support/pipeline_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

EventRef named(const std::string& id, const std::string& type = "a", const std::string& source = "/s") {
  EventFields fields;
  fields.id = id;
  fields.source = source;
  fields.type = type;
  EventRef event = Event::make(fields);
  event->set_named(true);
  return event;
}

PublishResult publish_keyed(PipelineBench& bench, const std::string& key, std::vector<EventRef> events) {
  auto receipt = std::make_unique<PromisedReceipt>();
  auto result = receipt->future();
  Publication publication{std::move(events), std::move(receipt)};
  publication.key = key;
  REQUIRE(bench.intake.offer(std::move(publication)));
  return result.get();
}

}  // namespace

TEST_CASE("an event that is published again gets its first offset and goes nowhere") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({}));
  CHECK(bench.publish({named("1"), named("2")}).last_offset == 2);
  const PublishResult again = bench.publish({named("1"), named("2"), named("3")});
  CHECK(again.first_offset == 1);
  CHECK(again.last_offset == 3);
  CHECK(again.accepted == 3);
  CHECK(again.repeated == 2);
  CHECK(bench.publish({named("1", "a", "/another")}).first_offset == 4);
  bench.finish();
  CHECK(bench.sink.types().size() == 4);
  CHECK(bench.pipeline.counters().repeated == 2);
}

TEST_CASE("a repeat within one batch is one, and what was dropped may come again") {
  PipelineBench bench;
  StageSpec everything;
  everything.file = fixture("everything");
  bench.pipeline.start(bench.plan({everything}));
  const PublishResult both = bench.publish({named("1"), named("1")});
  CHECK(both.first_offset == 1);
  CHECK(both.last_offset == 1);
  CHECK(both.repeated == 1);
  CHECK(bench.publish({named("2", "do.drop")}).repeated == 0);
  CHECK(bench.publish({named("2", "a")}).first_offset == 2);
}

TEST_CASE("what was published long ago is not known any more") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({}));
  CHECK(bench.publish({named("1")}).first_offset == 1);
  bench.clock.advance_us(601'000'000);
  CHECK(bench.publish({named("1")}).first_offset == 2);
}

TEST_CASE("a key answers for its publication as a whole") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({}));
  CHECK(publish_keyed(bench, "k", {make_event("a"), make_event("b")}).last_offset == 2);
  const PublishResult again = publish_keyed(bench, "k", {make_event("a"), make_event("b")});
  CHECK(again.first_offset == 1);
  CHECK(again.last_offset == 2);
  CHECK(again.repeated == 2);
  CHECK(publish_keyed(bench, "l", {make_event("a")}).first_offset == 3);
  bench.finish();
  CHECK(bench.sink.types().size() == 3);
}

TEST_CASE("what an earlier run has published is known to the next") {
  PipelineBench bench;
  EventRef event = named("1");
  event->set_offset(7);
  bench.pipeline.remember(*event);
  bench.pipeline.remember(KeyedOutcome{"k", "3 5 3 0"});
  bench.pipeline.start(bench.plan({}));
  CHECK(bench.publish({named("1")}).first_offset == 7);
  const PublishResult keyed = publish_keyed(bench, "k", {make_event("a")});
  CHECK(keyed.first_offset == 3);
  CHECK(keyed.last_offset == 5);
}
