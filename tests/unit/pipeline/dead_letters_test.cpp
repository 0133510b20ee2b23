#include "pipeline/dead_letters.h"

#include "event/extension.h"
#include "support/catch.h"
#include "support/pipeline_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

std::vector<EventRef> held(const DeadLetters& letters) {
  std::vector<EventRef> events;
  letters.log().read(1, UINT64_MAX, SIZE_MAX, events);
  return events;
}

std::string attribute(const Event& event, std::string_view name) {
  return find_extension(event.fields().extensions, name).string();
}

}  // namespace

TEST_CASE(
    "a dead letter is the event with two attributes more, which those of an earlier death give way to") {
  DeadLetters letters("E", [] {});
  EventFields fields;
  fields.id = "1";
  fields.source = "/s";
  fields.type = "t";
  fields.data = R"({"a":1})";
  fields.extensions = R"("shift":"night","deadletterplugin":"old","deadletterreason":"older")";
  const EventRef event = Event::make(fields);
  letters.keep(*event, "it", "it said \"no\"");
  CHECK(held(letters).empty());
  letters.flush();
  REQUIRE(held(letters).size() == 1);
  const Event& letter = *held(letters)[0];
  CHECK(letter.data() == event->data());
  CHECK(letter.fields().extensions ==
        R"("shift":"night","deadletterplugin":"it","deadletterreason":"it said \"no\"")");
  CHECK(event->offset() == 0);
}

TEST_CASE("dead letters are bounded: the oldest are forgotten, and those who follow are told once a flush") {
  int told = 0;
  DeadLetters letters("E", [&told] { ++told; });
  letters.flush();
  CHECK(told == 0);
  const EventRef event = make_event("x");
  for (uint64_t i = 0; i < DeadLetters::kMaxEvents + 5; ++i) letters.keep(*event, "it", "no");
  letters.flush();
  CHECK(told == 1);
  CHECK(letters.log().bounds().oldest == 6);
  CHECK(letters.log().bounds().newest == DeadLetters::kMaxEvents + 5);
  const EventRef large = make_event("x", "e", '"' + std::string(1 << 20, 'x') + '"');
  for (int i = 0; i < 20; ++i) letters.keep(*large, "it", "no");
  letters.flush();
  CHECK(letters.log().bounds().bytes <= DeadLetters::kMaxBytes);
}

TEST_CASE("the pipeline keeps what a plugin failed on as that plugin saw it, before the publisher is told") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({{fixture("numbering"), "first", {"do.*"}},
                                   {fixture("everything"), "second"},
                                   {fixture("numbering"), "third", {"do.*"}}}));
  const PublishResult result = bench.publish({"do.fail", "do.throw", "do.drop", "do.reject", "do.pass"});
  CHECK(result.rejected == 3);
  const std::vector<EventRef> events = held(bench.dead_letters);
  REQUIRE(events.size() == 2);
  CHECK(bench.letters_told == 1);
  CHECK(events[0]->data() == R"({"n":1})");
  CHECK(attribute(*events[0], dead_letter::kPlugin) == "second");
  CHECK(attribute(*events[0], dead_letter::kReason) == "no idea");
  CHECK(events[1]->data() == R"({"n":2})");
  bench.finish();
  CHECK(bench.pipeline.plan().stages[1].counters().dead_letters == 2);
  CHECK(bench.sink.types() == std::vector<std::string>{"do.pass"});
}

TEST_CASE("no dead letter is made of an event that goes on although a plugin failed on it") {
  PipelineBench bench;
  bench.pipeline.start(
      bench.plan({{fixture("everything"), "lenient", {"do.fail"}, PluginConfig::OnError::pass},
                  {fixture("everything"), "once", {"do.fail"}, PluginConfig::OnError::disable}}));
  CHECK(bench.publish(std::vector<std::string>{"do.fail", "do.fail"}).accepted == 2);
  bench.finish();
  CHECK(held(bench.dead_letters).empty());
}
