#include "support/socket_io_client.h"

using namespace relay;
using namespace relay::test;
using Client = SocketIoClient;

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
    void deliver(const Run&) override {}
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
