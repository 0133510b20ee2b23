#include "session/socket_io_session.h"

#include <memory>

#include "support/catch.h"
#include "support/fake_transport.h"
#include "support/shard_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

using Texts = std::vector<std::string>;

Config quick_config() {
  Config config = ShardBench::default_config();
  config.server.ping_interval = 10;
  config.server.ping_timeout = 5;
  return config;
}

struct Client {
  explicit Client(Config config = quick_config(), SessionRequest request = {}) : bench(std::move(config)) {
    session = std::make_unique<SocketIoSession>("engine-sid", bench.services, transport);
    REQUIRE(session->start(request));
  }
  ~Client() { session->closed("test over"); }

  Texts take() { return take_texts(*session); }
  Texts send(std::string_view text) {
    session->receive_text(text);
    return take();
  }
  /// Joins "/" and throws the answers away; returns the sid.
  std::string join(std::string_view packet = "40") {
    take();
    const Texts texts = send(packet);
    REQUIRE(texts.size() == 2);
    const size_t at = texts[0].find("\"sid\":\"");
    REQUIRE(at != std::string::npos);
    return texts[0].substr(at + 7, 20);
  }
  bool closes_on(std::string_view text) {
    session->receive_text(text);
    return transport.closed();
  }

  ShardBench bench;
  FakeTransport transport;
  std::unique_ptr<SocketIoSession> session;
};

}  // namespace

TEST_CASE("the open packet comes first, with our heartbeat") {
  Client client;
  CHECK(
      client.take() ==
      Texts{
          R"(0{"sid":"engine-sid","upgrades":[],"pingInterval":10000,"pingTimeout":5000,"maxPayload":1000000})"});
}

TEST_CASE("a client that joins is answered with a sid of its own and greeted") {
  Client client;
  client.take();
  const Texts texts = client.send("40");
  REQUIRE(texts.size() == 2);
  CHECK(texts[0].starts_with(R"(40{"sid":")"));
  CHECK(texts[0].find("engine-sid") == std::string::npos);
  const std::string sid = texts[0].substr(10, 20);
  CHECK(texts[1] == R"(42["connection_established",{"client_id":")" + sid +
                        R"(","server_time":"2026-03-04T00:00:00Z"}])");
}

TEST_CASE("a namespace exists when a route names it") {
  Client client;
  client.take();
  CHECK(client.send("40/custom,{}")[0].starts_with("40/custom,{\"sid\":"));
  CHECK(client.send("40/nowhere,") == Texts{R"(44/nowhere,{"message":"Invalid namespace"})"});
  CHECK_FALSE(client.transport.closed());
}

TEST_CASE("a client hears its default room, its role's room and its own") {
  Client client;
  const std::string sid = client.join();
  client.bench.publish({.type = "agent.x"});
  CHECK(client.take()[0].starts_with(R"(42["agent_update",{"type":"agent.x")"));
  client.bench.publish({.type = "other"});
  CHECK(client.take()[0].starts_with(R"(42["generic_update",)"));
  client.bench.publish({.type = "other", .room = sid});
  CHECK(client.take().size() == 1);
  client.bench.publish({.type = "other", .room = "elsewhere"});
  CHECK(client.take().empty());
}

TEST_CASE("the role comes from the auth object or the URL and must be a word") {
  SessionRequest request;
  request.query = {{"role", "operator"}};
  Client client(quick_config(), request);
  client.join();
  CHECK(client.session->info().rooms[2] == "operators");

  Client other;
  other.join(R"(40{"role":"admin"})");
  CHECK(other.session->info().rooms[2] == "admins");

  Client bad;
  bad.take();
  for (const char* role : {"Admin", "a b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    const Texts texts = bad.send(std::string(R"(40/custom,{"role":")") + role + "\"}");
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].starts_with(R"(44/custom,{"message":"Invalid role)"));
  }
  bad.join(R"(40{"role":""})");
  CHECK(bad.session->info().rooms[2] == "observers");
}

TEST_CASE("a client whose default room is full is refused with the reason") {
  Config config = quick_config();
  config.rooms.max_room_size = 1;
  Client first(config);
  first.join();
  FakeTransport transport;
  SocketIoSession second("second", first.bench.services, transport);
  REQUIRE(second.start({}));
  take_texts(second);
  second.receive_text("40");
  CHECK(take_texts(second) == Texts{R"(44{"message":"Room general is full"})"});
  CHECK(first.bench.hub.rooms().size() == 3);
  second.closed("");
}

TEST_CASE("leaving a namespace ends its events; the connection stays") {
  Client client;
  client.join();
  CHECK(client.send("41").empty());
  client.bench.publish({.type = "agent.x"});
  CHECK(client.take().empty());
  CHECK_FALSE(client.transport.closed());
  CHECK(client.bench.hub.rooms().empty());
  CHECK(client.send("40").size() == 2);
}

TEST_CASE("a second CONNECT to a namespace closes the connection") {
  Client client;
  client.join();
  CHECK(client.closes_on("40"));
  CHECK(client.transport.close_code == 1002);
}

TEST_CASE("an event or disconnect before CONNECT closes the connection") {
  CHECK(Client().closes_on(R"(42["a"])"));
  CHECK(Client().closes_on("41"));
}

TEST_CASE("an event to a namespace not joined is ignored once any is joined") {
  Client client;
  client.join();
  CHECK(client.send(R"(42/custom,1["join","x"])").empty());
  CHECK(client.send("41/custom,").empty());
  CHECK_FALSE(client.transport.closed());
}

TEST_CASE("what the protocol forbids closes the connection") {
  for (const char* packet : {"",
                             "7",
                             "8",
                             "9",
                             "4",
                             "49",
                             "42{}",
                             "42[true]",
                             "42[]",
                             "42[\"connect\"]",
                             "42[\"disconnecting\"]",
                             "45",
                             "451",
                             "45a-",
                             "451.23-",
                             "450-[\"x\"]",
                             "4511-[\"x\"]",
                             "44{\"message\":\"x\"}",
                             "41[]",
                             "40[]",
                             "42x",
                             "2",
                             "2probe",
                             "1",
                             "x",
                             "b!",
                             "bAQID",
                             R"(451-["a",{"_placeholder":true,"num":1}])",
                             "4299999999999999999999[\"a\"]"}) {
    Client client;
    client.join();
    CAPTURE(packet);
    CHECK(client.closes_on(packet));
  }
}

TEST_CASE("what says nothing is ignored") {
  Client client;
  client.join();
  for (const char* packet : {"42", "43", "435[]", "43[1]", "3", "5", "6", "0"}) {
    CAPTURE(packet);
    CHECK(client.send(packet).empty());
    CHECK_FALSE(client.transport.closed());
  }
}

TEST_CASE("attachments are awaited and their event refused with a clear answer") {
  Client client;
  client.join();
  const Texts texts =
      client.send(R"(452-9["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].starts_with(R"(439[{"ok":false,"code":"binary_unsupported",)"));
  client.session->receive_binary("one");
  client.session->receive_text("bdHdv");
  CHECK_FALSE(client.transport.closed());
  client.session->receive_binary("three");
  CHECK(client.transport.closed());
}

TEST_CASE("text while attachments are due closes the connection") {
  Client client;
  client.join();
  client.session->receive_text(R"(451-["a",{"_placeholder":true,"num":0}])");
  CHECK(client.closes_on(R"(42["b"])"));
}

TEST_CASE("binary without a packet it belongs to closes the connection") {
  Client client;
  client.join();
  client.session->receive_binary("x");
  CHECK(client.transport.closed());
}

TEST_CASE("attachments that do not come within ten seconds close the connection") {
  Config config = quick_config();
  config.server.ping_interval = 100;
  Client client(config);
  client.join();
  client.session->receive_text(R"(452-["a"])");
  client.session->receive_binary("one");
  client.bench.advance_ms(9'900);
  CHECK_FALSE(client.transport.closed());
  client.bench.advance_ms(200);
  CHECK(client.transport.close_reason == "attachments did not come");
}

TEST_CASE("a client that joins no namespace within 45 seconds is closed") {
  Config config = quick_config();
  config.server.ping_interval = 100;
  Client client(config);
  client.bench.advance_ms(44'900);
  CHECK_FALSE(client.transport.closed());
  client.bench.advance_ms(200);
  CHECK(client.transport.close_code == 1008);

  Client joined(config);
  joined.join();
  joined.bench.advance_ms(50'000);
  CHECK_FALSE(joined.transport.closed());
}

TEST_CASE("a ping comes one interval after the open and after each pong, whatever the traffic") {
  Client client;
  client.join();
  client.bench.advance_ms(9'900);
  client.send("42");
  CHECK(client.take().empty());
  client.bench.advance_ms(110);
  CHECK(client.take() == Texts{"2"});
  client.bench.advance_ms(3'000);
  client.send("3");
  client.bench.advance_ms(9'900);
  CHECK(client.take().empty());
  client.bench.advance_ms(110);
  CHECK(client.take() == Texts{"2"});
}

TEST_CASE("no pong within the timeout closes the connection") {
  Client client;
  client.join();
  client.bench.advance_ms(14'900);
  CHECK_FALSE(client.transport.closed());
  client.send(R"(42["x"])");
  client.bench.advance_ms(150);
  CHECK(client.transport.close_reason == "ping timeout");
}

TEST_CASE("rooms are joined and left by name") {
  Client client;
  client.join();
  CHECK(client.send(R"(421["join","team"])") == Texts{R"(431[{"ok":true}])"});
  CHECK(client.send(R"(422["join_room",{"room":"other"}])") == Texts{R"(432[{"ok":true}])"});
  client.bench.publish({.type = "x", .room = "team"});
  CHECK(client.take().size() == 1);
  CHECK(client.send(R"(423["leave","team"])") == Texts{R"(433[{"ok":true}])"});
  CHECK(client.send(R"(424["leave_room","team"])")[0].find("\"not_joined\"") != std::string::npos);
  client.bench.publish({.type = "x", .room = "team"});
  CHECK(client.take().empty());
}

TEST_CASE("a room's name is checked") {
  Client client;
  client.join();
  for (const char* room : {R"("")", R"("a*")", R"("a>b")", R"("a\r\nb")", "null", "{}", "5"}) {
    const Texts texts = client.send(std::string(R"(421["join",)") + room + "]");
    CAPTURE(room);
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].find("\"bad_room\"") != std::string::npos);
  }
  CHECK(client.send(R"(421["join"])")[0].find("\"bad_room\"") != std::string::npos);
}

TEST_CASE("a full room and too many rooms are refused") {
  Config config = quick_config();
  config.rooms.max_room_size = 1;
  Client client(config);
  client.join();
  struct : Subscriber {
    void deliver(const RoutedBatch&, const RoutedEvent&, const Delivery*) override {}
    void missed(uint64_t, uint64_t) override {}
  } other;
  REQUIRE(client.bench.hub.join("/", "full", other));
  CHECK(client.send(R"(421["join","full"])")[0].find("\"room_full\"") != std::string::npos);
  for (int i = 0; i < 61; ++i) client.send(R"(42["join","room)" + std::to_string(i) + "\"]");
  CHECK(client.send(R"(422["join","one more"])")[0].find("\"too_many_rooms\"") != std::string::npos);
}

TEST_CASE("a subscription brings matching events as `event`, besides the rooms") {
  Client client;
  client.join();
  CHECK(client.send(R"(421["subscribe",{"match":["agent.*"],"filter":"data.n == 2"}])") ==
        Texts{R"(431[{"ok":true}])"});
  client.bench.publish({.type = "agent.x", .data = R"({"n":1})"});
  CHECK(client.take().size() == 1);
  client.bench.publish({.type = "agent.x", .data = R"({"n":2})"});
  const Texts texts = client.take();
  REQUIRE(texts.size() == 2);
  CHECK(texts[1].starts_with(R"(42["event",{"type":"agent.x")"));
  CHECK(client.send(R"(422["unsubscribe",{"match":"agent.*","filter":"data.n == 2"}])") ==
        Texts{R"(432[{"ok":true}])"});
  client.bench.publish({.type = "agent.x", .data = R"({"n":2})"});
  CHECK(client.take().size() == 1);
  CHECK(client.send(R"(423["unsubscribe","nothing.*"])")[0].find("\"unknown_sub\"") != std::string::npos);
}

TEST_CASE("unsubscribe without argument ends every subscription") {
  Client client;
  client.join();
  client.send(R"(42["subscribe","a.*"])");
  client.send(R"(42["subscribe",{"rooms":["general"]}])");
  CHECK(client.bench.hub.filter_classes() == 2);
  client.send(R"(42["unsubscribe"])");
  CHECK(client.bench.hub.filter_classes() == 0);
}

TEST_CASE("a bad pattern or filter is refused with the parser's reason") {
  Client client;
  client.join();
  CHECK(client.send(R"(421["subscribe","a..b"])")[0].find("\"bad_pattern\"") != std::string::npos);
  CHECK(client.send(R"(422["subscribe",{"filter":"type =="}])")[0].find("\"bad_filter\"") !=
        std::string::npos);
}

TEST_CASE("a published event is acknowledged with its offset") {
  Client client;
  client.join();
  CHECK(client.send(R"(427["publish",{"type":"agent.hello","data":{"a":1}}])").empty());
  REQUIRE(client.bench.publisher.submissions.size() == 1);
  const auto& submission = client.bench.publisher.submissions[0];
  CHECK(submission.events[0]->type() == "agent.hello");
  CHECK(submission.events[0]->data() == R"({"a":1})");
  client.session->published(submission.token, {41, 42, 2, 0, ""});
  CHECK(client.take() == Texts{R"(437[{"ok":true,"offset":42}])"});
}

TEST_CASE("a type and data are published as an event") {
  Client client;
  client.join();
  client.send(R"(42["publish","agent.hello",{"a":1}])");
  REQUIRE(client.bench.publisher.submissions.size() == 1);
  CHECK(client.bench.publisher.submissions[0].events[0]->type() == "agent.hello");
  CHECK(client.bench.publisher.submissions[0].events[0]->data() == R"({"a":1})");
  CHECK(client.bench.publisher.submissions[0].token == 0);
}

TEST_CASE("an event that cannot be read or that a plugin refused is acknowledged as an error") {
  Client client;
  client.join();
  CHECK(client.send(R"(421["publish",{"specversion":"1.0"}])")[0].starts_with(R"(431[{"ok":false,"code":")"));
  CHECK(client.send(R"(422["publish"])")[0].find("\"missing_field\"") != std::string::npos);
  client.send(R"(423["publish","x"])");
  REQUIRE(client.bench.publisher.submissions.size() == 1);
  client.session->published(client.bench.publisher.submissions[0].token, {0, 0, 0, 1, "no thanks"});
  CHECK(client.take() == Texts{R"(433[{"ok":false,"code":"rejected","message":"no thanks"}])"});
}

TEST_CASE("an acknowledgement does not reach a namespace that was left and joined again") {
  Client client;
  client.join();
  client.send(R"(421["publish","x"])");
  client.send("41");
  client.join();
  client.session->published(client.bench.publisher.submissions[0].token, {1, 1, 1, 0, ""});
  CHECK(client.take().empty());
}

TEST_CASE("an unknown event is counted, and refused when it wants an answer") {
  Client client;
  client.join();
  CHECK(client.send(R"(42["dance"])").empty());
  CHECK(client.bench.counters.messages_refused == 1);
  CHECK(client.send(R"(421["dance"])")[0].starts_with(R"(431[{"ok":false,"code":"unknown_event",)"));
}

TEST_CASE("a full intake stops reading, keeps the order and goes on by itself") {
  Client client;
  client.join();
  client.bench.publisher.full = true;
  client.send(R"(421["publish","one"])");
  client.send(R"(422["publish","two"])");
  CHECK(client.transport.paused);
  client.bench.advance_ms(100);
  CHECK(client.transport.paused);
  client.bench.publisher.full = false;
  client.bench.advance_ms(30);
  CHECK_FALSE(client.transport.paused);
  REQUIRE(client.bench.publisher.submissions.size() == 2);
  CHECK(client.bench.publisher.submissions[0].events[0]->type() == "one");
  CHECK(client.bench.publisher.submissions[1].events[0]->type() == "two");
}

TEST_CASE("a client we do not read is not closed for its silence") {
  Client client;
  client.join();
  client.bench.publisher.full = true;
  client.send(R"(42["publish","one"])");
  client.bench.advance_ms(60'000);
  CHECK_FALSE(client.transport.closed());
}

TEST_CASE("a slow client is told what it missed once there is room") {
  Config config = quick_config();
  config.performance.message_queue_size = 4;
  Client client(config);
  client.join();
  client.bench.publish_many(10);
  Texts texts = client.take();
  CHECK(texts.size() == 4);
  CHECK(client.take() == Texts{R"(42["gap",{"skipped":6,"from":1,"to":6,"reason":"queue_full"}])"});
  CHECK(client.bench.counters.events_dropped == 6);
  CHECK(client.session->info().events_dropped == 6);
}

TEST_CASE("what the shard missed is told once, however many namespaces") {
  Client client;
  client.join();
  client.send("40/custom,");
  client.bench.hub.missed(3, 4);
  CHECK(client.take() == Texts{R"(42["gap",{"skipped":2,"from":3,"to":4,"reason":"shard_slow"}])"});
}

TEST_CASE("a client that cannot take a critical event is closed, not left ignorant") {
  Config config = quick_config();
  config.performance.message_queue_size = 3;
  Client client(config);
  client.join();
  client.bench.publish_many(5, {.priority = Priority::critical});
  CHECK(client.transport.close_code == 1013);
  client.bench.publish_many(5, {.priority = Priority::critical});
  CHECK(client.session->info().queued_frames == 3);
}

TEST_CASE("a burst asks for one flush") {
  Client client;
  client.join();
  client.transport.flushes = 0;
  client.bench.publish_many(50);
  CHECK(client.transport.flushes == 1);
}

TEST_CASE("a closed session leaves nothing behind in the hub") {
  ShardBench bench;
  FakeTransport transport;
  {
    SocketIoSession session("s", bench.services, transport);
    REQUIRE(session.start({}));
    session.receive_text("40");
    session.receive_text(R"(42["subscribe","**"])");
    CHECK_FALSE(bench.hub.rooms().empty());
    session.closed("gone");
    CHECK(bench.hub.rooms().empty());
    CHECK(bench.hub.filter_classes() == 0);
  }
  bench.advance_ms(200'000);
  CHECK_FALSE(transport.closed());
}
