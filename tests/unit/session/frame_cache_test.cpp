#include "session/frame_cache.h"

#include "codec/socket_io_msgpack.h"
#include "codec/zstd_body.h"
#include "support/catch.h"
#include "support/shard_bench.h"
#include "support/websocket_client.h"

using namespace relay;
using relay::test::ShardBench;

namespace {

constexpr StreamFormat kCloudEvents{StreamFraming::plain, EventShape::cloudevents};
constexpr StreamFormat kSeed{StreamFraming::plain, EventShape::seed};
constexpr StreamFormat kV1CloudEvents{StreamFraming::v1, EventShape::cloudevents};
constexpr StreamFormat kV1Seed{StreamFraming::v1, EventShape::seed};
constexpr StreamFormat kZstdCloudEvents{StreamFraming::zstd, EventShape::cloudevents};
constexpr StreamFormat kZstdSeed{StreamFraming::zstd, EventShape::seed};

EventRef event_at(uint64_t offset, std::string data = R"({"n":1})") {
  EventRef event = ShardBench::make_event({.data = std::move(data)});
  event->set_offset(offset);
  return event;
}

EventRef long_event_at(uint64_t offset) { return event_at(offset, '"' + std::string(500, 'x') + '"'); }

test::ServerFrame frame_in(const FrameRef& frame) {
  const test::ServerStream stream = test::parse_server_frames(frame->bytes(), true);
  REQUIRE(stream.fault.empty());
  REQUIRE(stream.frames.size() == 1);
  return stream.frames[0];
}

}  // namespace

TEST_CASE("an event is encoded once for everybody who wants it in the same form") {
  FrameCache cache("E");
  const EventRef event = event_at(1);
  const FrameRef first = cache.stream(event, kCloudEvents);
  CHECK(cache.stream(event, kCloudEvents) == first);
  CHECK_FALSE(cache.stream(event, kSeed) == first);
  CHECK(first->offset() == 1);
}

TEST_CASE("history and live events do not take each other's frames away") {
  FrameCache cache("E");
  const EventRef live = event_at(100), old = event_at(7);
  const FrameRef frame = cache.stream(live, kCloudEvents);
  (void)cache.stream(old, kCloudEvents);
  CHECK(cache.stream(live, kCloudEvents) == frame);
}

TEST_CASE("another event in the same slot gets its own frame") {
  FrameCache cache("E");
  const EventRef one = event_at(1), other = event_at(65);
  CHECK(cache.stream(one, kSeed)->offset() == 1);
  CHECK(cache.stream(other, kSeed)->offset() == 65);
  CHECK(cache.stream(one, kSeed)->offset() == 1);
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

TEST_CASE("an event is compressed once, and only for those who agreed on it") {
  FrameCache cache("E");
  const EventRef event = long_event_at(9);
  for (const StreamFormat format : {kCloudEvents, kSeed, kV1CloudEvents, kV1Seed}) {
    const FrameRef deflated = cache.stream(event, format, FrameCoding::deflated);
    const FrameRef plain = cache.stream(event, format);
    CHECK(cache.stream(event, format, FrameCoding::deflated) == deflated);
    CHECK(deflated->bytes().size() < plain->bytes().size() / 2);
    CHECK(deflated->offset() == 9);
    CHECK(frame_in(deflated).deflated);
    CHECK_FALSE(frame_in(plain).deflated);
    CHECK(frame_in(deflated).payload == frame_in(plain).payload);
  }
}

TEST_CASE("an event that would not get shorter is sent plain to everybody") {
  FrameCache cache("E");
  const EventRef small = event_at(1, "1");
  CHECK(cache.stream(small, kSeed, FrameCoding::deflated) == cache.stream(small, kSeed));
}

TEST_CASE("Socket.IO events are compressed by delivery and by namespace") {
  FrameCache cache("E");
  Route one, two;
  one.event = "one";
  two.event = "two";
  RoutedBatch batch;
  batch.deliveries = {{&one, -1}, {&two, -1}};
  batch.events = {{long_event_at(1), 0, 2}};
  const RoutedEvent& event = batch.events[0];
  const FrameRef first = cache.socket_io(batch, event, batch.deliveries[0], FrameCoding::deflated);
  const FrameRef second = cache.socket_io(batch, event, batch.deliveries[1], FrameCoding::deflated);
  const FrameRef plain = cache.socket_io(batch, event, batch.deliveries[1]);
  CHECK(cache.socket_io(batch, event, batch.deliveries[0], FrameCoding::deflated) == first);
  CHECK(frame_in(first).payload.find("[\"one\",") != std::string::npos);
  CHECK(frame_in(second).payload == frame_in(plain).payload);
  const FrameRef root = cache.socket_io_subscribed(event.event, "/", FrameCoding::deflated);
  CHECK(cache.socket_io_subscribed(event.event, "/", FrameCoding::deflated) == root);
  CHECK(frame_in(root).deflated);
  CHECK(frame_in(root).payload == frame_in(cache.socket_io_subscribed(event.event, "/")).payload);
  CHECK_FALSE(cache.socket_io_subscribed(event.event, "/ns", FrameCoding::deflated) == root);
}

TEST_CASE("a Socket.IO event is made MessagePack once, by delivery and by namespace, and not compressed") {
  FrameCache cache("E");
  Route one;
  one.event = "one";
  one.namespace_ = "/ns";
  RoutedBatch batch;
  batch.deliveries = {{&one, -1}};
  batch.events = {{long_event_at(7), 0, 1}};
  const RoutedEvent& event = batch.events[0];
  const auto text_in = [](const FrameRef& frame) {
    CHECK(frame->bytes()[0] == '\x82');
    return "4" + decode_socket_io_msgpack(frame_in(frame).payload).value().text;
  };
  const FrameRef routed = cache.socket_io(batch, event, batch.deliveries[0], FrameCoding::msgpack);
  CHECK(cache.socket_io(batch, event, batch.deliveries[0], FrameCoding::msgpack) == routed);
  CHECK(text_in(routed) == frame_in(cache.socket_io(batch, event, batch.deliveries[0])).payload);
  CHECK(routed->offset() == 7);
  const FrameRef root = cache.socket_io_subscribed(event.event, "/", FrameCoding::msgpack);
  CHECK(cache.socket_io_subscribed(event.event, "/", FrameCoding::msgpack) == root);
  CHECK(text_in(root) == frame_in(cache.socket_io_subscribed(event.event, "/")).payload);
  CHECK(text_in(cache.socket_io_subscribed(event.event, "/n", FrameCoding::msgpack)).starts_with("42/n,["));
}

TEST_CASE("seneca.v1.zstd wraps the messages of seneca.v1.json, once an event") {
  FrameCache cache("E");
  const EventRef event = long_event_at(4);
  for (const auto& [zstd, json] :
       {std::pair(kZstdCloudEvents, kV1CloudEvents), std::pair(kZstdSeed, kV1Seed)}) {
    const FrameRef frame = cache.stream(event, zstd);
    CHECK(cache.stream(event, zstd) == frame);
    CHECK(frame->bytes()[0] == '\x82');
    CHECK(decompress_zstd(payload_of_frame(frame->bytes()), 10'000) ==
          frame_in(cache.stream(event, json)).payload);
  }
}
