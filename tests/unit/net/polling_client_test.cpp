#include "net/polling/polling_client.h"

#include <algorithm>

#include "codec/websocket_frame.h"
#include "support/catch.h"
#include "support/polling_bench.h"

using namespace relay;
using namespace relay::test;
using Texts = std::vector<std::string>;

namespace {

const std::string kUnknownSid = R"(400 {"code":1,"message":"Session ID unknown"})";
const std::string kBadRequest = R"(400 {"code":3,"message":"Bad request"})";

}  // namespace

TEST_CASE("the first GET brings the open packet, which offers the upgrade") {
  PollingBench bench;
  SessionRequest request;
  request.query = {{"transport", "polling"}};
  PollingClient client("another", bench);
  REQUIRE(client.start(request));
  client.get({0, "x"});
  const auto answer = bench.answer_to({0, "x"});
  REQUIRE(answer != nullptr);
  CHECK(answer->content_type == "text/plain; charset=UTF-8");
  CHECK(answer->body.starts_with(R"(0{"sid":"another","upgrades":["websocket"],)"));
}

TEST_CASE("a GET waits until there is something to say") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  const ReplyTo waiting = bench.begin_get();
  CHECK(bench.answers.empty());
  bench.shard.publish({});
  bench.turn();
  CHECK(offsets_of(packets_of(bench.text_of(waiting))) == from_to(1, 1));
  CHECK(bench.answers.empty());
}

TEST_CASE("an answer has at most 16 packets, and the next one goes on where it ended") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  bench.shard.publish_many(40);
  bench.shard.publish_many(3);
  Texts all;
  for (const size_t expected : {16U, 16U, 11U}) {
    const Texts packets = packets_of(bench.get());
    CHECK(packets.size() == expected);
    all.insert(all.end(), packets.begin(), packets.end());
  }
  CHECK(offsets_of(all) == from_to(1, 43));
  CHECK(bench.get().empty());
}

TEST_CASE("an answer of large packets has fewer of them") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  for (int i = 0; i < 10; ++i) bench.shard.publish({.data = '"' + std::string(60'000, 'x') + '"'});
  Texts all;
  while (all.size() < 10) {
    const std::string answer = bench.get();
    REQUIRE_FALSE(answer.empty());
    CHECK(answer.size() < 256 * 1024 + 61'000);
    for (const std::string& packet : packets_of(answer)) all.push_back(packet);
  }
  CHECK(offsets_of(all) == from_to(1, 10));
}

TEST_CASE("a second GET at the same time ends the session") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  const ReplyTo first = bench.begin_get();
  CHECK(bench.get() == kBadRequest);
  CHECK(bench.text_of(first) == "200 1");
  CHECK(bench.dones == 1);
}

TEST_CASE("a POST is answered once its packets are handled") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  const auto answer =
      bench.answer_to(bench.begin_post("6\x1e"
                                       "421[\"join\",\"r\"]"));
  REQUIRE(answer != nullptr);
  CHECK(answer->status == 200);
  CHECK(answer->content_type == "text/html");
  CHECK(answer->body == "ok");
  CHECK(packets_of(bench.get()) == Texts{R"(431[{"ok":true}])"});
  CHECK(bench.shard.counters.messages_received == 3);
}

TEST_CASE("a payload that cannot be read ends the session, and is counted") {
  const std::string payload = GENERATE("", "\x1e", "6\x1e\x1e", "8", "2", "\xff", "6\x1e\xe2\x82", "b*",
                                       "b\x1e"
                                       "6");
  CAPTURE(payload);
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  const ReplyTo waiting = bench.begin_get();
  CHECK(bench.post(payload) == kBadRequest);
  CHECK(bench.text_of(waiting) == "200 1");
  CHECK(bench.dones == 1);
  CHECK(bench.shard.hub.rooms().empty());
}

TEST_CASE("raw bytes end the session, whatever they are") {
  JoinedBench joined;
  CHECK(joined.bench.post("6", "application/octet-stream") == kBadRequest);
  CHECK(joined.bench.shard.counters.messages_refused == 1);
  CHECK(joined.bench.dones == 1);
}

TEST_CASE("a close packet ends the session, a pending GET with a noop, and nothing behind it is handled") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  const ReplyTo waiting = bench.begin_get();
  CHECK(bench.post("1\x1e"
                   R"(42["publish",{"type":"x","data":1}])") == "200 ok");
  CHECK(bench.text_of(waiting) == "200 6");
  CHECK(bench.dones == 1);
  CHECK(bench.shard.publisher.submissions.empty());
}

TEST_CASE("a goodbye that waits for the client's GET is answered, whatever is posted behind it") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  const ReplyTo goodbye = bench.begin_post("1");
  CHECK(bench.answers.empty());
  CHECK(bench.post("6") == kBadRequest);
  CHECK(bench.text_of(goodbye) == "200 ok");
  CHECK(bench.dones == 1);
}

TEST_CASE("what a full intake refuses makes the POST wait") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  bench.shard.publisher.full = true;
  const ReplyTo waiting = bench.begin_post(R"(421["publish",{"type":"x","data":1}])");
  bench.advance_ms(1000);
  CHECK(bench.answers.empty());

  SECTION("until it is taken") {
    bench.shard.publisher.full = false;
    bench.advance_ms(25);
    CHECK(bench.text_of(waiting) == "200 ok");
    REQUIRE(bench.shard.publisher.submissions.size() == 1);
    bench.client->published(bench.shard.publisher.submissions[0].token, {1, 1, 7, 0, ""});
    CHECK(packets_of(bench.get())[0].starts_with("431["));
  }
  SECTION("and a second POST ends the session") {
    CHECK(bench.post("6") == kBadRequest);
    CHECK(bench.text_of(waiting) == kBadRequest);
    CHECK(bench.dones == 1);
  }
  SECTION("and no longer than its connection lives") {
    bench.client->cancelled(waiting);
    bench.shard.publisher.full = false;
    bench.advance_ms(25);
    CHECK(bench.answers.empty());
    CHECK(bench.post("6") == "200 ok");
    CHECK(bench.dones == 0);
  }
  SECTION("during an upgrade until the WebSocket takes over, which is then not read instead") {
    FakeUpgradeSocket socket;
    REQUIRE(bench.client->begin_upgrade(socket));
    bench.upgrade_says("2probe");
    CHECK(bench.answers.empty());
    bench.upgrade_says("5");
    CHECK(bench.text_of(waiting) == "200 ok");
    CHECK(socket.transport.paused);
    bench.shard.publisher.full = false;
    bench.advance_ms(25);
    CHECK_FALSE(socket.transport.paused);
    CHECK(bench.shard.publisher.submissions.size() == 1);
  }
}

TEST_CASE("a GET that the client gives up ends the session, one that was answered does not") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  const ReplyTo answered = bench.begin_get();
  bench.shard.publish({});
  bench.turn();
  CHECK_FALSE(bench.text_of(answered).empty());
  const ReplyTo waiting = bench.begin_get();
  bench.client->cancelled(answered);
  bench.client->cancelled({1, waiting.connection_id});
  CHECK(bench.dones == 0);
  bench.client->cancelled(waiting);
  CHECK(bench.dones == 1);
  CHECK(bench.answers.empty());
  CHECK(bench.shard.hub.rooms().empty());
}

TEST_CASE("a session that the relay closes answers the GET that waits with an error") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  const ReplyTo waiting = bench.begin_get();
  bench.client->close(websocket_close::kTryLater, "too slow");
  bench.turn();
  CHECK(bench.text_of(waiting) == kUnknownSid);
  CHECK(bench.dones == 1);
}

TEST_CASE("a client that is sent away hears the rest and why") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  SECTION("at once when its GET waits") {
    const ReplyTo waiting = bench.begin_get();
    bench.client->close(websocket_close::kGoingAway, "disconnected");
    bench.turn();
    CHECK(bench.text_of(waiting) == "200 1");
    CHECK(bench.dones == 1);
  }
  SECTION("with its next GETs") {
    bench.shard.publish_many(20);
    bench.client->close(websocket_close::kGoingAway, "disconnected");
    bench.turn();
    CHECK(bench.shard.hub.rooms().empty());
    bench.shard.publish({});
    CHECK(bench.post(R"(42["publish",{"type":"x","data":1}])") == "200 ok");
    CHECK(bench.shard.publisher.submissions.empty());
    Texts all = packets_of(bench.get());
    for (const std::string& packet : packets_of(bench.get())) all.push_back(packet);
    CHECK(offsets_of(all) == from_to(1, 20));
    CHECK(bench.dones == 0);
    CHECK(bench.get() == "200 1");
    CHECK(bench.dones == 1);
  }
  SECTION("for 30 s") {
    bench.client->close(websocket_close::kGoingAway, "disconnected");
    bench.turn();
    bench.advance_ms(29'900);
    CHECK(bench.dones == 0);
    bench.advance_ms(200);
    CHECK(bench.dones == 1);
  }
  SECTION("unless the relay stops") {
    bench.client->close(websocket_close::kGoingAway, "disconnected");
    bench.turn();
    bench.client->drain();
    bench.advance_ms(20);
    CHECK(bench.dones == 1);
  }
}

TEST_CASE("a relay that stops gives no close packet, so that clients come back") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  const ReplyTo waiting = bench.begin_get();
  bench.client->drain();
  bench.turn();
  CHECK(bench.text_of(waiting) == kUnknownSid);
  CHECK(bench.dones == 1);
  bench.client->drain();
  bench.turn();
  CHECK(bench.dones == 1);
}

TEST_CASE("a client that does not answer a ping has gone when it is next looked at, whatever the timers do") {
  Config config = ShardBench::default_config();
  config.server.ping_interval = 0.3;
  config.server.ping_timeout = 0.2;
  JoinedBench joined(config);
  PollingBench& bench = joined.bench;
  bench.advance_ms(300);
  CHECK(bench.get() == "200 2");
  const ReplyTo waiting = bench.begin_get();
  bench.shard.clock.advance_us(199'000);
  bench.client->session()->check_deadlines();
  bench.turn();
  CHECK(bench.dones == 0);
  bench.shard.clock.advance_us(1'000);
  bench.client->session()->check_deadlines();
  bench.turn();
  CHECK(bench.dones == 1);
  CHECK(bench.text_of(waiting) == kUnknownSid);
}

TEST_CASE("a client that never asks loses what its queue cannot hold, and hears of it") {
  Config config = ShardBench::default_config();
  config.performance.message_queue_size = 64;
  JoinedBench joined(config);
  PollingBench& bench = joined.bench;
  for (int i = 0; i < 1000; ++i) bench.shard.publish({});
  bench.turn();
  CHECK(bench.client->session()->outbox().messages() <= 64);
  Texts all;
  for (std::string answer = bench.get(); !answer.empty(); answer = bench.get())
    for (const std::string& packet : packets_of(answer)) all.push_back(packet);
  CHECK(offsets_of(all).back() == 1000);
  CHECK(std::any_of(all.begin(), all.end(),
                    [](const std::string& packet) { return packet.starts_with(R"(42["gap",)"); }));
}

TEST_CASE("attachments are packets of their own, in base64, and go on in the next answer") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  const EventSpec binary{
      .type = "seneca.emit",
      .data = R"({"event":"b","args":[{"_placeholder":true,"num":0}],"attachments":["AAH/"]})"};
  bench.shard.publish_many(15, {});
  bench.shard.publish(binary);
  Texts packets = packets_of(bench.get());
  CHECK(packets.size() == 16);
  CHECK(packets.back() == R"(451-["b",{"_placeholder":true,"num":0}])");
  bench.shard.publish({});
  packets = packets_of(bench.get());
  REQUIRE(packets.size() == 2);
  CHECK(packets[0] == "bAAH/");
}

TEST_CASE("a volatile emission is for those whose GET is open") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  const EventSpec hint{.type = "seneca.emit", .data = R"({"event":"hint","volatile":true})"};
  bench.shard.publish(hint);
  const ReplyTo waiting = bench.begin_get();
  CHECK(bench.answers.empty());
  bench.shard.publish(hint);
  bench.turn();
  CHECK(packets_of(bench.text_of(waiting)) == Texts{R"(42["hint"])"});
  CHECK(bench.shard.counters.events_dropped[size_t(DropReason::volatile_)] == 1);
}

TEST_CASE("a polling client that is disconnected with its connection hears both") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  bench.shard.publish({});
  bench.shard.publish({.type = "seneca.disconnect", .data = R"({"close":true})"});
  bench.turn();
  const Texts packets = packets_of(bench.get());
  REQUIRE(packets.size() == 2);
  CHECK(packets[1] == "41");
  CHECK(packets_of(bench.get()) == Texts{"1"});
  CHECK(bench.dones == 1);
}
