// tests/golden/wire: what goes over the wire in each protocol, for people to read. SENECA_UPDATE_GOLDEN=1
// writes the files anew.

#include <cstdlib>
#include <fstream>
#include <memory>
#include <regex>
#include <sstream>

#include "codec/base64.h"
#include "codec/msgpack.h"
#include "codec/websocket_frame.h"
#include "codec/zstd_body.h"
#include "codec/zstd_encoder.h"
#include "session/plain_session.h"
#include "session/socket_io_session.h"
#include "session/sse_session.h"
#include "support/catch.h"
#include "support/fake_transport.h"
#include "support/shard_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

/// What messages are on the wire; the lines show them as text, binary ones of MessagePack as the JSON they
/// hold.
enum class Wire : uint8_t { text, zstd, msgpack };

/// One conversation: "> " lines go to the relay, "< " lines come from it.
class Script {
 public:
  explicit Script(ShardBench& bench, Wire wire = Wire::text) : bench_(bench), wire_(wire) {}

  void start(Session& session, const SessionRequest& request = {}) {
    REQUIRE(session.start(request));
    listen(session);
  }
  void say(Session& session, std::string_view text) {
    lines_ += "> " + std::string(text) + "\n";
    if (wire_ == Wire::text) session.receive_text(text);
    if (wire_ == Wire::zstd) session.receive_binary(ZstdEncoder().encode(text));
    if (wire_ == Wire::msgpack) session.receive_binary(as_msgpack(text));
    listen(session);
  }
  void publish(Session& session, const EventSpec& spec) {
    lines_ += "# an event " + spec.type + (spec.room.empty() ? "" : " to the room " + spec.room) + "\n";
    bench_.publish(spec);
    listen(session);
  }
  void note(std::string_view text) { lines_ += "# " + std::string(text) + "\n"; }
  void listen(Session& session) {
    const std::string bytes = take_bytes(session);
    for (std::string_view frames = bytes; !frames.empty();) lines_ += "< " + shown(take_frame(frames)) + "\n";
  }
  void listen_to_stream(Session& session) {
    std::istringstream bytes(take_bytes(session));
    for (std::string line; std::getline(bytes, line);) lines_ += line.empty() ? "<\n" : "< " + line + "\n";
  }

  void check(const std::string& name) {
    const std::string path = SENECA_GOLDEN_DIR "/" + name;
    const std::regex random_id("(sid|client_id)\":\"[A-Za-z0-9_-]{20}\"");
    const std::string now = std::regex_replace(lines_, random_id, "$1\":\"SID\"");
    if (std::getenv("SENECA_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << now;
    std::ostringstream golden;
    golden << std::ifstream(path).rdbuf();
    CHECK(golden.str() == now);
  }

 private:
  static std::string as_msgpack(std::string_view json) {
    std::string bytes;
    append_msgpack(bytes, json);
    return bytes;
  }
  [[nodiscard]] std::string shown(const FrameView& frame) const {
    std::vector<std::string> attachments;
    if (wire_ == Wire::zstd) return decompress_zstd(frame.payload, 10'000).value();
    if (frame.opcode == WebSocketOpcode::text) return std::string(frame.payload);
    if (wire_ == Wire::text) return "binary, in base64: " + encode_base64(frame.payload);
    return msgpack_to_json(frame.payload, attachments).value();
  }

  ShardBench& bench_;
  const Wire wire_;
  std::string lines_;
};

}  // namespace

TEST_CASE("Socket.IO looks on the wire as the golden file says") {
  ShardBench bench;
  FakeTransport transport;
  SocketIoSession session("ENGINE-SID", bench.services, transport);
  Script script(bench);
  script.start(session);
  script.say(session, "40");
  script.say(session, R"(40/custom,{"role":"operator"})");
  script.say(session, "40/nowhere,");
  script.publish(session, {.type = "agent.status.changed"});
  script.publish(session, {.type = "custom.made"});
  script.say(session, R"(420["join","team"])");
  script.publish(session, {.type = "note", .room = "team"});
  script.publish(session,
                 {.type = "seneca.emit", .data = R"({"event":"hello","args":[1,"x"],"rooms":["team"]})"});
  script.publish(
      session,
      {.type = "seneca.emit",
       .data =
           R"({"namespace":"/custom","event":"blob","args":[{"_placeholder":true,"num":0}],"attachments":["AAH/"]})"});
  script.say(session, R"(421["leave","team"])");
  script.say(session, R"(422["subscribe",{"match":["agent.**"],"filter":"data.n > 0"}])");
  script.publish(session, {.type = "agent.idle"});
  script.say(session, R"(423["unsubscribe"])");
  script.say(session, R"(424["publish",{"type":"agent.hello","data":{"from":"page"}}])");
  session.published(bench.publisher.submissions.at(0).token, {8, 8, 1, 0, ""});
  script.listen(session);
  script.say(session, R"(425["publish",{"type":"a b","data":1}])");
  script.say(session, R"(426["dance"])");
  script.publish(session, {.type = "seneca.disconnect", .data = R"({"namespace":"/custom"})"});
  bench.hub.missed(8, 11);
  script.note("the shard was too slow for 8 to 11");
  script.listen(session);
  script.say(session, "41");
  script.check("socket_io.txt");
  session.closed("");
}

TEST_CASE("Socket.IO in MessagePack looks on the wire as the golden file says") {
  ShardBench bench;
  FakeTransport transport;
  SocketIoSession session("ENGINE-SID", bench.services, transport);
  Script script(bench, Wire::msgpack);
  script.note("braces are binary messages, shown as JSON");
  script.start(session);
  script.say(session, R"({"type":0,"data":null,"nsp":"/"})");
  script.say(session, R"({"type":0,"data":{"role":"operator"},"nsp":"/custom"})");
  script.say(session, R"({"type":0,"nsp":"/nowhere"})");
  script.publish(session, {.type = "agent.status.changed"});
  script.publish(session, {.type = "custom.made"});
  script.say(session, R"({"type":2,"data":["join","team"],"options":{"compress":true},"nsp":"/","id":0})");
  script.publish(session, {.type = "note", .room = "team"});
  script.say(
      session,
      R"({"type":2,"data":["publish",{"type":"agent.hello","data":{"from":"page"}}],"nsp":"/","id":1})");
  session.published(bench.publisher.submissions.at(0).token, {4, 4, 1, 0, ""});
  script.listen(session);
  script.say(session, R"({"type":2,"data":["dance"],"nsp":"/","id":2})");
  bench.hub.missed(4, 6);
  script.note("the shard was too slow for 4 to 6");
  script.listen(session);
  script.note("25 seconds pass");
  bench.advance_ms(25'000);
  script.listen(session);
  script.say(session, R"({"type":1,"nsp":"/custom"})");
  script.check("socket_io_msgpack.txt");
  session.closed("");
}

TEST_CASE("a plain WebSocket looks on the wire as the golden file says") {
  ShardBench bench;
  FakeTransport transport;
  Script script(bench);
  PlainSession cloudevents("A", bench.services, transport), seed("B", bench.services, transport),
      compact("C", bench.services, transport);
  SessionRequest seeds, compacts;
  seeds.query = {{"format", "seed"}};
  compacts.query = {{"format", "compact"}};
  script.note("/ws");
  script.start(cloudevents);
  script.publish(cloudevents, {.type = "agent.status.changed", .data = R"({"status":"busy"})"});
  script.say(cloudevents, "nonsense");
  script.say(cloudevents, R"({"type":"a b","data":1})");
  bench.hub.missed(2, 3);
  script.note("the shard was too slow for 2 and 3");
  script.listen(cloudevents);
  script.note("/ws?format=seed");
  script.start(seed, seeds);
  script.publish(seed, {.type = "agent.status.changed", .data = R"({"status":"busy"})"});
  script.note("/ws?format=compact");
  script.start(compact, compacts);
  script.publish(compact, {.type = "agent.status.changed", .data = R"({"status":"busy"})"});
  script.publish(compact, {.type = "ping"});
  script.check("plain.txt");
  cloudevents.closed("");
  compact.closed("");
  seed.closed("");
}

TEST_CASE("seneca.v1.json, and .zstd inside its frames, looks on the wire as the golden file says") {
  const std::string subprotocol = GENERATE("seneca.v1.json", "seneca.v1.zstd");
  ShardBench bench;
  FakeTransport transport;
  PlainSession session("SESSION", bench.services, transport);
  Script script(bench, subprotocol == "seneca.v1.zstd" ? Wire::zstd : Wire::text);
  SessionRequest request;
  request.subprotocol = subprotocol;
  script.start(session, request);
  script.say(session, R"({"op":"subscribe","id":1,"sub":"agents","match":["agent.**"]})");
  script.publish(session, {.type = "agent.status.changed"});
  script.say(session, R"({"op":"join","id":2,"room":"team"})");
  script.publish(session, {.type = "note", .room = "team"});
  script.say(session, R"({"op":"leave","id":3,"room":"team"})");
  script.say(session, R"({"op":"unsubscribe","id":4,"sub":"agents"})");
  script.say(session, R"({"op":"publish","id":5,"events":[{"type":"a","data":1},{"type":"b","data":2}]})");
  session.published(bench.publisher.submissions.at(0).token, {3, 4, 2, 0, ""});
  script.listen(session);
  script.say(session, R"({"op":"ping","id":6})");
  script.say(session, R"({"op":"subscribe","id":7,"match":"a..b"})");
  script.say(session, R"({"op":"subscribe","id":8,"filter":"priority >="})");
  script.say(session, R"({"op":"resume","id":9,"epoch":"ANOTHER","offset":3})");
  script.say(session, R"({"op":"resume","id":10,"epoch":"EPOCH","offset":30})");
  script.say(session, R"({"op":"resume","id":11,"epoch":"EPOCH","offset":1,"format":"seed"})");
  bench.advance_ms(10);
  script.listen(session);
  bench.hub.missed(3, 5);
  script.note("the shard was too slow for 3 to 5");
  script.listen(session);
  script.note("the relay stops");
  session.drain();
  script.listen(session);
  script.check("v1.txt");
  session.closed("");
}

TEST_CASE("an event stream looks on the wire as the golden file says") {
  ShardBench bench;
  FakeTransport transport;
  Script script(bench);
  bench.publish_many(2);
  SseSession session("A", bench.services, transport), late("B", bench.services, transport);
  SessionRequest request;
  request.last_event_id = "EPOCH:1";
  script.note("/events with Last-Event-ID: EPOCH:1");
  REQUIRE(session.start(request));
  script.listen_to_stream(session);
  bench.advance_ms(10);
  script.listen_to_stream(session);
  bench.advance_ms(30'000);
  script.note("nothing happens for 30 seconds");
  script.listen_to_stream(session);
  request.last_event_id = "ANOTHER:1";
  script.note("/events with Last-Event-ID: ANOTHER:1");
  REQUIRE(late.start(request));
  script.listen_to_stream(late);
  script.check("sse.txt");
  session.closed("");
  late.closed("");
}
