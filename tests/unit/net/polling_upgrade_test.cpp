#include "net/polling/polling_client.h"

#include "codec/websocket_frame.h"
#include "support/catch.h"
#include "support/polling_bench.h"

using namespace relay;
using namespace relay::test;
using Texts = std::vector<std::string>;

namespace {

/// One whose WebSocket has been probed.
struct ProbedBench : JoinedBench {
  ProbedBench() {
    REQUIRE(bench.client->begin_upgrade(socket));
    bench.upgrade_says("2probe");
    REQUIRE(socket.said == Texts{"3probe"});
  }
  FakeUpgradeSocket socket;
};

}  // namespace

TEST_CASE("an upgrade ends the pending GET, and each that follows within 100 ms") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  FakeUpgradeSocket socket;
  const ReplyTo waiting = bench.begin_get();
  REQUIRE(bench.client->begin_upgrade(socket));
  CHECK(bench.answers.empty());
  bench.upgrade_says("2probe");
  CHECK(socket.said == Texts{"3probe"});
  CHECK(bench.text_of(waiting) == "200 6");
  for (int i = 0; i < 3; ++i) {
    const ReplyTo next = bench.begin_get();
    bench.advance_ms(110);
    CHECK(bench.text_of(next) == "200 6");
  }
}

TEST_CASE("until its 5 everything goes by polling") {
  ProbedBench probed;
  PollingBench& bench = probed.bench;
  bench.shard.publish({});
  CHECK(offsets_of(packets_of(bench.get())) == from_to(1, 1));
  CHECK(bench.post(R"(421["join","r"])") == "200 ok");
  CHECK(packets_of(bench.get()) == Texts{R"(431[{"ok":true}])"});
  CHECK(probed.socket.said == Texts{"3probe"});
  CHECK(probed.socket.session == nullptr);
}

TEST_CASE("with its 5 the session moves, with what waits, in order, from the middle of a bundle") {
  ProbedBench probed;
  PollingBench& bench = probed.bench;
  bench.shard.publish_many(20);
  const Texts before = packets_of(bench.get());
  REQUIRE(before.size() == 16);
  bench.shard.publish_many(20);
  bench.upgrade_says("5");
  CHECK(bench.dones == 1);
  CHECK(bench.client->session() == nullptr);
  CHECK(bench.answers.empty());
  bench.shard.publish({});
  CHECK(offsets_of(probed.socket.take()) == from_to(17, 41));
}

TEST_CASE("a GET that waits for the 5 ends with a noop") {
  ProbedBench probed;
  PollingBench& bench = probed.bench;
  const ReplyTo waiting = bench.begin_get();
  bench.upgrade_says("5");
  CHECK(bench.text_of(waiting) == "200 6");
  CHECK(bench.answers.empty());
}

TEST_CASE("the heartbeat goes on by the WebSocket") {
  Config config = ShardBench::default_config();
  config.server.ping_interval = 10;
  config.server.ping_timeout = 5;
  PollingBench bench(config);
  bench.join();
  FakeUpgradeSocket socket;
  REQUIRE(bench.client->begin_upgrade(socket));
  bench.upgrade_says("2probe");
  bench.advance_ms(6000);
  bench.upgrade_says("5");
  bench.advance_ms(4100);
  CHECK(socket.take() == Texts{"2"});
  bench.advance_ms(5100);
  CHECK(socket.transport.close_code == websocket_close::kPolicy);
}

TEST_CASE("an upgrade that says anything else loses its WebSocket and nothing more") {
  struct Said {
    Texts texts;
    std::string last;
    bool text;
  };
  const Said said = GENERATE(Said{{}, "5", true}, Said{{}, "2", true}, Said{{}, "", true},
                             Said{{}, "2probe", false}, Said{{"2probe"}, "2probe", true},
                             Said{{"2probe"}, "5", false}, Said{{"2probe"}, "42[\"x\"]", true});
  CAPTURE(said.last, said.text);
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  FakeUpgradeSocket socket;
  REQUIRE(bench.client->begin_upgrade(socket));
  for (const std::string& text : said.texts) bench.upgrade_says(text);
  bench.upgrade_says(said.last, said.text);
  CHECK(socket.gave_up == websocket_close::kProtocolError);
  CHECK(bench.dones == 0);
  const ReplyTo waiting = bench.begin_get();
  bench.advance_ms(500);
  CHECK(bench.answers.empty());  // no noop any more
  bench.shard.publish({});
  bench.turn();
  CHECK(offsets_of(packets_of(bench.text_of(waiting))) == from_to(1, 1));
  FakeUpgradeSocket second;
  CHECK(bench.client->begin_upgrade(second));
}

TEST_CASE("an upgrade has 10 s, and its WebSocket may go before") {
  JoinedBench joined;
  PollingBench& bench = joined.bench;
  FakeUpgradeSocket gone, slow;
  REQUIRE(bench.client->begin_upgrade(gone));
  bench.upgrade_says("2probe");
  CHECK_FALSE(bench.client->begin_upgrade(slow));
  bench.client->cancel_upgrade();
  REQUIRE(bench.client->begin_upgrade(slow));
  bench.upgrade_says("2probe");
  bench.advance_ms(9900);
  CHECK(slow.gave_up == 0);
  bench.advance_ms(200);
  CHECK(slow.gave_up == websocket_close::kPolicy);
  CHECK(gone.gave_up == 0);
  CHECK(bench.post("6") == "200 ok");
}

TEST_CASE("a session that ends takes the WebSocket that wants it along") {
  ProbedBench probed;
  PollingBench& bench = probed.bench;
  SECTION("when the client closes") {
    CHECK(bench.post("1") == "200 ok");
    CHECK(probed.socket.gave_up == websocket_close::kNormal);
  }
  SECTION("when the relay stops") {
    bench.client->drain();
    bench.turn();
    CHECK(probed.socket.gave_up == websocket_close::kRestart);
  }
  CHECK(bench.dones == 1);
  FakeUpgradeSocket late;
  CHECK_FALSE(bench.client->begin_upgrade(late));
}
