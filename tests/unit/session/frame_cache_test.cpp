#include "session/frame_cache.h"
#include "support/catch.h"
#include "support/shard_bench.h"

using namespace relay;
using relay::test::ShardBench;

namespace {

EventRef event_at(uint64_t offset) {
  EventRef event = ShardBench::make_event({});
  event->set_offset(offset);
  return event;
}

}  // namespace

TEST_CASE("an event is encoded once for everybody who wants it in the same form") {
  FrameCache cache("E");
  const EventRef event = event_at(1);
  const FrameRef first = cache.stream(event, StreamFormat::cloudevents);
  CHECK(cache.stream(event, StreamFormat::cloudevents) == first);
  CHECK_FALSE(cache.stream(event, StreamFormat::seed) == first);
  CHECK(first->offset() == 1);
}

TEST_CASE("history and live events do not take each other's frames away") {
  FrameCache cache("E");
  const EventRef live = event_at(100), old = event_at(7);
  const FrameRef frame = cache.stream(live, StreamFormat::cloudevents);
  (void)cache.stream(old, StreamFormat::cloudevents);
  CHECK(cache.stream(live, StreamFormat::cloudevents) == frame);
}

TEST_CASE("another event in the same slot gets its own frame") {
  FrameCache cache("E");
  const EventRef one = event_at(1), other = event_at(65);
  CHECK(cache.stream(one, StreamFormat::seed)->offset() == 1);
  CHECK(cache.stream(other, StreamFormat::seed)->offset() == 65);
  CHECK(cache.stream(one, StreamFormat::seed)->offset() == 1);
}

TEST_CASE("each delivery of an event has a frame of its own, with its view") {
  FrameCache cache("E");
  Route one, two;
  one.event = "one";
  one.namespace_ = "/";
  two.event = "two";
  two.namespace_ = "/ns";
  RoutedBatch batch;
  batch.deliveries = {{&two, -1}, {&one, 0}, {&two, -1}};
  batch.views = {R"({"view":true})"};
  batch.events = {{event_at(1), 1, 2}};
  const FrameRef frame = cache.socket_io(batch, batch.events[0], batch.deliveries[1]);
  CHECK(test::texts_of_frames(frame->bytes()) == std::vector<std::string>{R"(42["one",{"view":true}])"});
  const FrameRef second = cache.socket_io(batch, batch.events[0], batch.deliveries[2]);
  CHECK(test::texts_of_frames(second->bytes())[0].starts_with(R"(42/ns,["two",{)"));
  CHECK(cache.socket_io(batch, batch.events[0], batch.deliveries[1]) == frame);
}

TEST_CASE("subscribed events are cached by namespace") {
  FrameCache cache("E");
  const EventRef event = event_at(3);
  const FrameRef root = cache.socket_io_subscribed(event, "/");
  const FrameRef custom = cache.socket_io_subscribed(event, "/custom");
  CHECK(cache.socket_io_subscribed(event, "/") == root);
  CHECK(test::texts_of_frames(custom->bytes())[0].starts_with(R"(42/custom,["event",{)"));
}
