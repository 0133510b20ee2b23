#include <seneca/json.hpp>

#include "codec/deflater.h"
#include "support/catch.h"
#include "support/connection_bench.h"
#include "support/websocket_client.h"

using namespace relay;
using namespace relay::test;

namespace {

using Op = WebSocketOpcode;

std::vector<ServerFrame> frames_of(std::string_view bytes) {
  ServerStream stream = parse_server_frames(bytes);
  CHECK(stream.fault.empty());
  return std::move(stream.frames);
}

/// A connection that has become a plain WebSocket.
struct WebSocketBench : ConnectionBench {
  explicit WebSocketBench(Config config = ShardBench::default_config(), std::string_view target = "/ws")
      : ConnectionBench(std::move(config)) {
    const std::string answer = ask(upgrade_request(target));
    REQUIRE(answer.rfind("HTTP/1.1 101 ", 0) == 0);
    REQUIRE(after_head(answer).empty());
  }
  std::vector<ServerFrame> say(std::string_view bytes) { return frames_of(ask(bytes)); }
  int close_code_after(std::string_view bytes) {
    const auto frames = say(bytes);
    return frames.empty() || frames.back().opcode != Op::close ? 0 : frames.back().close_code();
  }
};

}  // namespace

TEST_CASE("an upgrade is answered, events come as frames and both sides say goodbye") {
  WebSocketBench bench;
  bench.shard.publish_many(3);
  bench.turn();
  const auto events = frames_of(bench.take());
  REQUIRE(events.size() == 3);
  CHECK(std::stoll(seneca::JsonView(events[0].payload).get("sequence").string()) == 1);
  const auto goodbye = bench.say(client_close(1000));
  REQUIRE(goodbye.size() == 1);
  CHECK(goodbye[0].close_code() == 1000);
  CHECK(bench.wire.finished);
  CHECK(bench.shard.hub.filter_classes() == 0);
  bench.shard.publish({});
  bench.turn();
  CHECK(bench.take().empty());
}

TEST_CASE("frames that come together with the upgrade are not lost") {
  ConnectionBench bench;
  const std::string answer = bench.ask(upgrade_request("/ws") + client_frame(Op::ping, "now") +
                                       client_frame(Op::text, R"({"type":"a.b"})"));
  const auto frames = frames_of(after_head(answer));
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].opcode == Op::pong);
  CHECK(frames[0].payload == "now");
  CHECK(bench.shard.publisher.submissions.size() == 1);
}

TEST_CASE("frames may be cut anywhere") {
  const std::string bytes =
      client_frame(Op::text, R"({"type":"a.b"})") + client_frame(Op::ping, "x") + client_close(1001);
  for (size_t piece = 1; piece < 10; ++piece) {
    WebSocketBench bench;
    for (size_t at = 0; at < bytes.size(); at += piece)
      bench.receive(std::string_view(bytes).substr(at, piece));
    const auto frames = frames_of(bench.take());
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].opcode == Op::pong);
    CHECK(frames[1].close_code() == 1001);
    CHECK(bench.shard.publisher.submissions.size() == 1);
  }
}

TEST_CASE("each fault of a client has its close code") {
  std::string unmasked;
  append_frame_header(unmasked, Op::text, 2);
  unmasked += "{}";
  std::string reserved = client_frame(Op::text, "{}");
  reserved[0] = static_cast<char>(reserved[0] | 0x40);
  struct Row {
    std::string bytes;
    int code;
  };
  const std::vector<Row> rows = {
      {unmasked, 1002},
      {reserved, 1002},
      {client_frame(static_cast<Op>(3), ""), 1002},
      {client_frame(Op::continuation, "x"), 1002},
      {client_frame(Op::text, "\xff"), 1007},
      {client_frame(Op::text, std::string(2000, 'x')), 1009},
      {client_close(1005), 1002},
  };
  for (const Row& row : rows) {
    Config config = ShardBench::default_config();
    config.server.max_http_buffer_size = 1000;
    WebSocketBench bench(config);
    INFO(row.code);
    CHECK(bench.close_code_after(row.bytes) == row.code);
    CHECK(bench.wire.finished);
    CHECK(bench.ask(row.bytes).empty());
    CHECK(bench.shard.counters.messages_refused == 1);
    CHECK(bench.shard.hub.filter_classes() == 0);
  }
}

TEST_CASE("a message in a frame for ever is given up after ten seconds") {
  WebSocketBench bench;
  const std::string frame = client_frame(Op::text, std::string(100, 'x'));
  bench.receive(frame.substr(0, 50));
  bench.advance_ms(9000);
  bench.receive(frame.substr(50, 10));
  bench.advance_ms(1200);
  const auto frames = frames_of(bench.take());
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].close_code() == 1008);
}

TEST_CASE("a flood of pings is refused, and their pongs do not pile up for a peer that does not read") {
  std::string pings;
  for (int i = 0; i < 201; ++i) pings += client_frame(Op::ping, "");
  WebSocketBench bench;
  CHECK(bench.close_code_after(pings) == 1008);

  WebSocketBench deaf;
  deaf.wire.accepts = 0;
  for (int second = 0; second < 3; ++second) {
    for (int i = 0; i < 100; ++i) deaf.receive(client_frame(Op::ping, std::string(125, 'x')));
    deaf.advance_ms(1000);
  }
  deaf.advance_ms(5000);
  CHECK(deaf.wire.killed);
}

TEST_CASE("a relay that stops says so and waits for the answer, but not for ever") {
  WebSocketBench bench;
  bench.connection.drain();
  bench.turn();
  const auto frames = frames_of(bench.take());
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].close_code() == 1012);
  CHECK_FALSE(bench.wire.finished);
  SECTION("the client answers") {
    CHECK(bench.ask(client_frame(Op::ping, "late") + client_close(1012)).empty());
    CHECK(bench.wire.finished);
  }
  SECTION("the client keeps silent") {
    bench.advance_ms(2100);
    CHECK(bench.wire.killed);
  }
  CHECK(bench.wire.breach.empty());
}

TEST_CASE("a client that is gone leaves nothing behind") {
  WebSocketBench bench(ShardBench::default_config(), "/ws?room=general");
  CHECK(bench.shard.hub.filter_classes() == 1);
  bench.connection.on_closed();
  CHECK(bench.shard.hub.filter_classes() == 0);
  CHECK(bench.shard.hub.rooms().empty());
  bench.shard.publish({});
  bench.turn();
  CHECK(bench.take().empty());
}

TEST_CASE("a dead wire is closed") {
  WebSocketBench bench;
  bench.wire.dead = true;
  bench.shard.publish({});
  bench.turn();
  CHECK(bench.wire.killed);
}

TEST_CASE("upgrades that are no WebSocket handshakes are refused") {
  const auto status = [](const std::string& request) {
    ConnectionBench bench;
    return bench.ask(request).substr(9, 3);
  };
  std::string old = upgrade_request("/ws");
  old.replace(old.find("Version: 13"), 11, "Version: 8 ");
  CHECK(status(old) == "426");
  CHECK(status("GET /ws HTTP/1.1\r\nHost: h\r\n\r\n") == "400");
  CHECK(status(upgrade_request("/ws", "Origin: http://evil\r\n")) == "403");
  CHECK(status(upgrade_request("/ws", "Origin: http://localhost\r\n")) == "101");
  CHECK(status(upgrade_request("/ws?format=xml")) == "400");
  CHECK(status(upgrade_request("/ws?filter=(")) == "400");
  CHECK(status("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h\r\n\r\n") == "400");
  CHECK(status(upgrade_request("/socket.io/?EIO=4&transport=polling")) == "400");
  CHECK(status(upgrade_request("/socket.io/?EIO=4&transport=websocket&sid=nobody")) == "400");
  CHECK(status(upgrade_request("/socket.io/?EIO=3&transport=websocket")) == "400");
  CHECK(status(upgrade_request("/socket.io/?EIO=4&transport=websocket")) == "101");
}

TEST_CASE("a draining relay takes no new sessions") {
  ConnectionBench bench;
  bench.is_draining = true;
  const std::string answer = bench.ask(upgrade_request("/ws"));
  CHECK(answer.rfind("HTTP/1.1 503 ", 0) == 0);
  CHECK(bench.wire.finished);
}

TEST_CASE("a slow reader loses the oldest events and is told which") {
  Config config = ShardBench::default_config();
  config.performance.message_queue_size = 10;
  WebSocketBench bench(config);
  bench.wire.accepts = 0;
  bench.shard.publish({});
  bench.turn();
  REQUIRE(bench.wire.blocked());
  for (int i = 0; i < 30; ++i) bench.shard.publish({});
  bench.turn();
  CHECK(bench.take().empty());
  CHECK(bench.shard.counters.events_dropped[size_t(DropReason::queue_full)] == 20);
  bench.wire.accepts = SIZE_MAX;
  bench.drain_socket();
  const auto frames = frames_of(bench.take());
  REQUIRE(frames.size() == 12);  // one was in the socket, ten waited, and the notice
  size_t gaps = 0;
  for (const ServerFrame& frame : frames)
    if (frame.payload.find("seneca.gap") != std::string::npos) {
      ++gaps;
      CHECK(frame.payload.find(R"("skipped":20,"from":2,"to":21)") != std::string::npos);
    }
  CHECK(gaps == 1);
  CHECK(bench.wire.breach.empty());
}

TEST_CASE("a client that is owed more answers at once than its queue holds gets them all") {
  Config config = ShardBench::default_config();
  config.performance.message_queue_size = 10;
  WebSocketBench bench(config, "/ws?match=none");
  std::string nonsense;
  for (int i = 0; i < 200; ++i) nonsense += client_frame(Op::text, "no event");
  CHECK(bench.say(nonsense).size() == 200);

  WebSocketBench publisher(config, "/ws?match=none");
  publisher.receive(client_frame(Op::text, R"({"type":"a","data":1})"));
  PublishResult rejected;
  rejected.rejected = 1;
  rejected.reason = "not wanted";
  for (int i = 0; i < 200; ++i) publisher.connection.on_published(1, rejected);
  publisher.turn();
  CHECK_FALSE(publisher.wire.killed);
  for (const ServerFrame& frame : frames_of(publisher.take())) CHECK(frame.opcode == Op::text);
}

namespace {

constexpr std::string_view kOffer =
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

/// A connection that offered permessage-deflate.
struct DeflateBench : ConnectionBench {
  explicit DeflateBench(Config config = ShardBench::default_config(), std::string_view target = "/ws")
      : ConnectionBench(std::move(config)), answer(ask(upgrade_request(target, kOffer))) {}

  std::vector<ServerFrame> take_frames() {
    ServerStream stream = parse_server_frames(take(), true);
    CHECK(stream.fault.empty());
    return std::move(stream.frames);
  }
  int close_code_after(std::string_view bytes) {
    receive(bytes);
    const auto frames = take_frames();
    return frames.empty() || frames.back().opcode != Op::close ? 0 : frames.back().close_code();
  }

  std::string answer;
};

std::string deflated(std::string_view text) {
  Deflater deflater;
  std::string payload;
  REQUIRE(deflater.shorten(text, payload));
  std::string frame = client_frame(Op::text, payload);
  frame[0] = static_cast<char>(frame[0] | 0x40);
  return frame;
}

std::string event_of(size_t bytes) { return R"({"type":"a.b","data":")" + std::string(bytes, 'x') + "\"}"; }

}  // namespace

TEST_CASE("compression is agreed on by those who offer it, unless it is switched off") {
  const std::string agreed =
      "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
      "client_no_context_takeover\r\n";
  for (const std::string target : {"/ws", "/socket.io/?EIO=4&transport=websocket"}) {
    CHECK(DeflateBench(ShardBench::default_config(), target).answer.find(agreed) != std::string::npos);
    CHECK(ConnectionBench().ask(upgrade_request(target)).find("Extensions") == std::string::npos);
    Config off = ShardBench::default_config();
    off.performance.compression = false;
    DeflateBench plain(off, target);
    CHECK(plain.answer.rfind("HTTP/1.1 101 ", 0) == 0);
    CHECK(plain.answer.find("Extensions") == std::string::npos);
    CHECK(plain.close_code_after(deflated(event_of(300))) == 1002);
  }
}

TEST_CASE("long events go out compressed, short ones and everything else plain") {
  DeflateBench bench;
  bench.shard.publish({.data = '"' + std::string(1000, 'x') + '"'});
  bench.shard.publish({.data = "1"});
  bench.receive(client_frame(Op::text, "nonsense") + client_frame(Op::ping, "p"));
  const auto frames = bench.take_frames();
  REQUIRE(frames.size() == 4);
  for (const ServerFrame& frame : frames)
    CHECK(frame.deflated == (frame.payload.find("xxxx") != std::string::npos));
}

TEST_CASE("Socket.IO events go out compressed as well") {
  DeflateBench bench(ShardBench::default_config(), "/socket.io/?EIO=4&transport=websocket");
  bench.receive(client_frame(Op::text, "40"));
  (void)bench.take();
  bench.shard.publish({.data = '"' + std::string(1000, 'x') + '"'});
  bench.turn();
  const auto frames = bench.take_frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].deflated);
  CHECK(frames[0].payload.rfind("42[\"agent_update\",{", 0) == 0);
}

TEST_CASE("compressed messages are taken in beside plain ones") {
  DeflateBench bench;
  bench.receive(deflated(event_of(300)) + client_frame(Op::text, event_of(1)) + deflated(event_of(400)));
  const auto& taken = bench.shard.publisher.submissions;
  REQUIRE(taken.size() == 3);
  CHECK(taken[0].events[0]->data().size() == 302);
  CHECK(taken[2].events[0]->data().size() == 402);
}

TEST_CASE("each fault of a compressing client has its close code") {
  Config config = ShardBench::default_config();
  config.server.max_http_buffer_size = 1000;
  std::string damaged = deflated(event_of(300)), reserved = damaged;
  damaged.back() = static_cast<char>(damaged.back() ^ 0x55);
  reserved[0] = static_cast<char>(reserved[0] | 0x20);
  for (const auto& [bytes, code] :
       {std::pair(damaged, 1007), std::pair(reserved, 1002), std::pair(deflated(event_of(2000)), 1009)}) {
    DeflateBench bench(config);
    INFO(code);
    CHECK(bench.close_code_after(bytes) == code);
    CHECK(bench.wire.finished);
    CHECK(bench.shard.counters.messages_refused == 1);
    CHECK(bench.shard.publisher.submissions.empty());
  }
}
