#include "support/socket_io_client.h"

using namespace relay;
using namespace relay::test;
using Client = SocketIoClient;

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
  CHECK(client.send(R"(452-9["join",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])").empty());
  client.session->receive_binary("one");
  const Texts texts = client.send("bdHdv");
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].starts_with(R"(439[{"ok":false,"code":"binary_unsupported",)"));
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

TEST_CASE("a slow client is told what it missed once there is room") {
  Config config = quick_config();
  config.performance.message_queue_size = 4;
  Client client(config);
  client.join();
  client.bench.publish_many(10);
  Texts texts = client.take();
  CHECK(texts.size() == 4);
  CHECK(client.take() == Texts{R"(42["gap",{"skipped":6,"from":1,"to":6,"reason":"queue_full"}])"});
  CHECK(client.bench.counters.events_dropped[size_t(DropReason::queue_full)] == 6);
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
  CHECK(client.transport.flushes == 0);
  CHECK(client.transport.patient_flushes == 1);
}

TEST_CASE("a critical event is urgent, and takes along what waits") {
  Client client;
  client.join();
  client.transport.flushes = 0;
  client.bench.publish_many(3);
  client.bench.publish({.type = "x", .priority = Priority::critical});
  CHECK(client.transport.flushes > 0);
  CHECK(client.take().size() == 4);
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

TEST_CASE("a page that comes while a batch without views is on its way begins behind it") {
  ShardBench bench;
  bench.append({{.type = "agent.early"}});
  CHECK_FALSE(bench.hub.has_pages());
  FakeTransport transport;
  SocketIoSession page("engine-sid", bench.services, transport);
  CHECK(bench.hub.has_pages());
  REQUIRE(page.start({}));
  page.receive_text("40");
  page.receive_text(R"(421["subscribe",{"match":["agent.early"]}])");
  take_texts(page);
  bench.dispatch_pending();
  // What it subscribed to has no view and comes; what its rooms would bring does not.
  CHECK(take_texts(page).size() == 1);
  CHECK(bench.publish({.type = "agent.late"}) == 2);
  CHECK(take_texts(page).size() == 1);
}

TEST_CASE("without pages nobody needs views, and a page says when it has gone") {
  ShardBench bench;
  FakeTransport transport;
  {
    const SocketIoSession page("engine-sid", bench.services, transport);
    CHECK(bench.hub.has_pages());
  }
  CHECK_FALSE(bench.hub.has_pages());
}
