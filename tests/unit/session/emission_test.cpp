// What emissions are on the wire, and what they do to a Socket.IO client.

#include <string>
#include <string_view>
#include <vector>

#include "codec/base64.h"
#include "codec/msgpack.h"
#include "codec/websocket_frame.h"
#include "session/frame_cache.h"
#include "session/plain_session.h"
#include "session/socket_io_namespace.h"
#include "support/socket_io_client.h"
#include "support/websocket_client.h"

using namespace relay;
using namespace relay::test;

namespace {

EventSpec emission(std::string data) { return {.type = "seneca.emit", .data = std::move(data)}; }

/// Binary frames as `b` and base64, text as it is.
Texts shown(std::string_view frames) {
  Texts messages;
  while (!frames.empty()) {
    const FrameView frame = take_frame(frames);
    messages.push_back(frame.opcode == WebSocketOpcode::binary ? "b" + encode_base64(frame.payload)
                                                               : std::string(frame.payload));
  }
  return messages;
}

const std::string kBinary =
    R"({"event":"blob","args":[{"_placeholder":true,"num":1},"x",{"_placeholder":true,"num":0}],)"
    R"("attachments":["AAH/","aGk="]})";

struct Cached {
  explicit Cached(std::string_view data) {
    event = ShardBench::make_event(relay::test::EventSpec{.type = "seneca.emit", .data = std::string(data)});
    event->set_offset(7);
    emission = parse_emission("seneca.emit", data).value();
  }
  FrameRef frame(FrameCoding coding) { return cache.emission(event, emission, coding); }

  FrameCache cache{"E"};
  EventRef event;
  Emission emission;
};

SessionRequest deflating() {
  SessionRequest request;
  request.coding = FrameCoding::deflated;
  return request;
}

}  // namespace

TEST_CASE("an emission is encoded once for each coding, and never conflated") {
  Cached cached(R"({"event":"e","args":[")" + std::string(500, 'x') + R"("]})");
  const FrameRef plain = cached.frame(FrameCoding::plain);
  const FrameRef deflated = cached.frame(FrameCoding::deflated);
  const FrameRef msgpack = cached.frame(FrameCoding::msgpack);
  CHECK(shown(plain->bytes()) == Texts{R"(42["e",")" + std::string(500, 'x') + R"("])"});
  CHECK(deflated->bytes().size() < 100);
  CHECK(payload_of_frame(msgpack->bytes()).size() > 500);
  for (const FrameCoding coding : {FrameCoding::plain, FrameCoding::deflated, FrameCoding::msgpack}) {
    CHECK(cached.frame(coding) == cached.frame(coding));
    CHECK(cached.frame(coding)->offset() == 7);
    CHECK(cached.frame(coding)->conflation_key() == 0);
  }
}

TEST_CASE("attachments follow their event in the same frame, uncompressed") {
  Cached cached(kBinary);
  const FrameRef plain = cached.frame(FrameCoding::plain);
  CHECK(shown(plain->bytes()) ==
        Texts{R"(452-["blob",{"_placeholder":true,"num":1},"x",{"_placeholder":true,"num":0}])", "bAAH/",
              "baGk="});
  CHECK(plain->events() == 1);
  CHECK(cached.frame(FrameCoding::deflated) == plain);
}

TEST_CASE("in MessagePack attachments are in their places") {
  Cached cached(kBinary);
  Texts attachments;
  const auto json =
      msgpack_to_json(payload_of_frame(cached.frame(FrameCoding::msgpack)->bytes()), attachments);
  CHECK(
      json.value() ==
      R"({"type":2,"data":["blob",{"_placeholder":true,"num":0},"x",{"_placeholder":true,"num":1}],"nsp":"/"})");
  CHECK(attachments == Texts{"hi", std::string("\0\x01\xff", 3)});
}

TEST_CASE("an emission comes with its own name and arguments, in the order of all events") {
  SocketIoClient client;
  const std::string sid = client.join();
  client.bench.publish_all({emission(R"({"event":"a"})"),
                            {},
                            emission(R"({"event":"b","args":[1,{"x":null}],"rooms":[")" + sid + "\"]}"),
                            emission(R"({"event":"c","except":[")" + sid + "\"]}"),
                            emission(R"({"event":"d","namespace":"/custom"})")});
  const Texts texts = client.take();
  REQUIRE(texts.size() == 3);
  CHECK(texts[0] == R"(42["a"])");
  CHECK(texts[1].starts_with(R"(42["agent_update",)"));
  CHECK(texts[2] == R"(42["b",1,{"x":null}])");
}

TEST_CASE("a client that agreed on compression gets text emissions compressed, binary ones plain") {
  SocketIoClient client(quick_config(), deflating());
  client.join();
  client.bench.publish_all({emission(kBinary), emission(R"({"event":")" + std::string(400, 'e') + "\"}")});
  const std::string bytes = take_bytes(*client.session);
  CHECK((bytes[0] & 0x40) == 0);
  const test::ServerStream stream = test::parse_server_frames(bytes, true);
  REQUIRE(stream.frames.size() == 4);
  CHECK_FALSE(stream.frames[1].deflated);
  CHECK(stream.frames[3].deflated);
}

TEST_CASE("with views left out emissions still come: no view is made of them") {
  SocketIoClient client;
  client.join();
  RoutedBatch batch;
  batch.views_left_out = true;
  const EventRef event = ShardBench::make_event(emission("{}"));
  event->set_offset(1);
  batch.emissions.push_back(parse_emission("seneca.emit", R"({"event":"a"})").value());
  batch.events.push_back({event, 0, 0, 0});
  client.bench.hub.dispatch(batch);
  CHECK(client.take() == Texts{R"(42["a"])"});
}

TEST_CASE("a volatile emission is given up for a client that takes nothing, counted and not told") {
  SocketIoClient client;
  const std::string sid = client.join();
  const EventSpec hint = emission(R"({"event":"hint","volatile":true})");
  client.bench.publish(hint);
  CHECK(client.take() == Texts{R"(42["hint"])"});
  client.transport.blocked = true;
  client.bench.publish_all({hint, emission(R"({"event":"said"})"), hint});
  client.transport.blocked = false;
  CHECK(client.take() == Texts{R"(42["said"])"});
  CHECK(client.take().empty());
  CHECK(client.bench.counters.events_dropped[size_t(DropReason::volatile_)] == 2);
  CHECK(client.session->info().events_dropped == 2);
  const Explanation why = client.session->explain(2);
  CHECK(why.verdict == why::kDropped);
  CHECK(why.detail.find("volatile") != std::string::npos);
  CHECK(client.session->explain(3).verdict == why::kSent);
}

TEST_CASE("a volatile emission pushes nothing else out of a queue") {
  Config config = quick_config();
  config.performance.message_queue_size = 8;
  SocketIoClient client(config);
  client.join();
  client.bench.publish_many(5);
  client.bench.publish(emission(R"({"event":"hint","volatile":true})"));
  CHECK(client.take().size() == 5);
  CHECK(client.bench.counters.events_dropped[size_t(DropReason::volatile_)] == 1);
}

TEST_CASE("an emission joins a client to rooms and takes it out of them") {
  SocketIoClient client;
  const std::string sid = client.join();
  client.bench.publish_all(
      {{.type = "seneca.join", .data = R"({"rooms":[")" + sid + R"("],"join":["team","b"]})"},
       emission(R"({"event":"in","rooms":["team"]})"),
       {.type = "seneca.leave", .data = R"({"rooms":["b"],"leave":["team","never"]})"},
       emission(R"({"event":"out","rooms":["team"]})")});
  CHECK(client.take() == Texts{R"(42["in"])"});
  CHECK(client.session->info().rooms == Texts{sid, "general", "observers", "b"});
}

TEST_CASE("a client in as many rooms as it may be is joined to no more") {
  SocketIoClient client;
  client.join();
  for (int i = 0; i < 70; ++i)
    client.bench.publish({.type = "seneca.join", .data = R"({"join":["r)" + std::to_string(i) + "\"]}"});
  CHECK(client.session->info().rooms.size() == SocketIoNamespace::kMaxRooms);
}

TEST_CASE("a client that is disconnected from a namespace keeps the others and its connection") {
  SocketIoClient client;
  client.join();
  client.send("40/custom,");
  client.bench.publish_all({emission(R"({"event":"last"})"),
                            {.type = "seneca.disconnect", .data = "{}"},
                            emission(R"({"event":"gone"})"),
                            emission(R"({"event":"there","namespace":"/custom"})")});
  CHECK(client.take() == Texts{R"(42["last"])", "41", R"(42/custom,["there"])"});
  CHECK_FALSE(client.transport.closed());
  client.bench.publish({.type = "seneca.disconnect", .data = R"({"namespace":"/custom"})"});
  CHECK(client.take() == Texts{"41/custom,"});
  CHECK_FALSE(client.transport.closed());
  CHECK(client.send("40").size() == 2);
}

TEST_CASE("a client that is behind hears that it is disconnected after all that waited") {
  SocketIoClient client;
  client.join();
  for (int i = 0; i < 10; ++i)
    client.bench.publish({.data = '"' + std::string(50'000, 'x') + '"', .priority = Priority::low});
  client.bench.publish({.type = "seneca.disconnect", .data = "{}"});
  Gather gather;
  std::string bytes;
  while (!client.session->outbox().empty()) {
    gather.clear();
    client.session->outbox().drain(gather, 100'000);
    for (const std::string_view piece : gather.pieces()) bytes += piece;
  }
  const Texts texts = texts_of_frames(bytes);
  CHECK(texts.size() == 11);
  CHECK(texts.back() == "41");
}

TEST_CASE("a client whose connection is closed hears it for each of its namespaces") {
  SocketIoClient client;
  client.join();
  client.send("40/custom,");
  client.bench.publish_all(
      {emission(R"({"event":"last"})"), {.type = "seneca.disconnect", .data = R"({"close":true})"}, {}});
  CHECK(client.take() == Texts{R"(42["last"])", "41", "41/custom,"});
  CHECK(client.transport.close_code == websocket_close::kGoingAway);
  client.bench.advance_ms(10);
  CHECK(client.bench.hub.rooms().empty());
}

TEST_CASE("streams get emissions as events: those to a room of theirs, and those they asked for") {
  ShardBench bench;
  FakeTransport transport;
  PlainSession joined("A", bench.services, transport), tail("B", bench.services, transport);
  SessionRequest request;
  request.subprotocol = "seneca.v1.json";
  REQUIRE(joined.start(request));
  joined.receive_text(R"({"op":"join","id":1,"room":"team"})");
  REQUIRE(tail.start({}));
  (void)take_texts(joined);
  bench.publish_all({emission(R"({"event":"all"})"),
                     emission(R"({"event":"team","rooms":["team"]})"),
                     emission(R"({"event":"not","rooms":["team"],"except":["team"]})"),
                     emission(R"({"event":"other","namespace":"/custom","rooms":["team"]})"),
                     {.type = "seneca.disconnect", .data = R"({"rooms":["team"],"close":true})"}});
  const Texts texts = take_texts(joined);
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].find(R"("type":"seneca.emit")") != std::string::npos);
  CHECK(texts[0].find(R"("data":{"event":"team","rooms":["team"]})") != std::string::npos);
  CHECK(take_texts(tail).size() == 5);
  CHECK_FALSE(transport.closed());
  CHECK(joined.explain(2).detail == "written to its connection (room team)");
  CHECK(joined.explain(3).verdict == why::kNotSubscribed);
  joined.closed("");
  tail.closed("");
}

TEST_CASE("why explains the way an emission came") {
  SocketIoClient client;
  const std::string sid = client.join();
  client.send(R"(42["join","team"])");
  client.bench.publish_all({emission(R"({"event":"all"})"),
                            emission(R"({"event":"team","rooms":["team"]})"),
                            emission(R"({"event":"not","except":["team"]})"),
                            emission(R"({"event":"other","rooms":["nobody"]})"),
                            {.type = "seneca.leave", .data = R"({"leave":["nothing"]})"}});
  client.take();
  CHECK(client.session->explain(1).detail == "written to its connection (namespace /)");
  CHECK(client.session->explain(2).detail == "written to its connection (room team)");
  for (const uint64_t offset : {3, 4, 5})
    CHECK(client.session->explain(offset).verdict == why::kNotSubscribed);
}
