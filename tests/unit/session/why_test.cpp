#include "session/why.h"

#include "session/plain_session.h"
#include "support/socket_io_client.h"

using namespace relay;
using namespace relay::test;

namespace {

/// A plain client that subscribed by its URL.
struct Plain {
  explicit Plain(const SessionRequest& request, Config config = ShardBench::default_config(),
                 uint64_t logged = 1000)
      : bench(std::move(config), logged), session("plain", bench.services, transport), request_(request) {}
  ~Plain() { session.closed("test over"); }
  void start() { REQUIRE(session.start(request_)); }
  std::string verdict(uint64_t offset) { return std::string(session.explain(offset).verdict); }

  ShardBench bench;
  FakeTransport transport;
  PlainSession session;

 private:
  SessionRequest request_;
};

SessionRequest matching(std::string patterns) {
  SessionRequest request;
  request.query = {{"match", std::move(patterns)}};
  return request;
}

}  // namespace

TEST_CASE("an event waits, is sent, was never asked for or is not in the log") {
  Plain client(matching("agent.**"));
  client.bench.publish({});
  client.start();
  client.bench.publish({});
  client.bench.publish({.type = "task.created"});
  CHECK(client.verdict(1) == why::kBeforeSubscription);
  CHECK(client.verdict(2) == why::kWaiting);
  CHECK(client.verdict(3) == why::kNotSubscribed);
  CHECK(client.verdict(4) == why::kNotInLog);
  (void)take_bytes(client.session);
  CHECK(client.verdict(2) == why::kSent);
  CHECK(client.session.explain(2).detail.find("agent.**") != std::string::npos);
}

TEST_CASE("what a slow client lost is known with its reason, also when the client is gone") {
  Config config = ShardBench::default_config();
  config.performance.message_queue_size = 2;
  ShardBench bench(config);
  FakeTransport transport;
  {
    PlainSession session("slow", bench.services, transport);
    REQUIRE(session.start(matching("**")));
    bench.publish_many(5);
    CHECK(session.explain(2).verdict == why::kDropped);
    CHECK(session.explain(2).detail.find("queue_full, with offsets 1 to 3,") != std::string::npos);
    CHECK(session.explain(4).verdict == why::kWaiting);
    session.closed("gone");
  }
  CHECK(explain_drops("slow", 1, bench.services).verdict == why::kDropped);
  CHECK(explain_drops("slow", 4, bench.services).verdict == why::kUnknownClient);
  CHECK(explain_drops("other", 1, bench.services).verdict == why::kUnknownClient);
}

TEST_CASE("backfill is not sent to live clients, and is to those who ask for history") {
  Plain live(matching("**"));
  live.start();
  live.bench.publish({.backfill = true});
  CHECK(live.verdict(1) == why::kBackfill);

  SessionRequest since = matching("**");
  since.query.emplace_back("since", "1");
  Plain late(since);
  late.bench.publish({.backfill = true});
  late.start();
  CHECK(late.verdict(1) == why::kWaiting);
  late.bench.advance_ms(10);
  (void)take_bytes(late.session);
  CHECK(late.verdict(1) == why::kSent);
}

TEST_CASE("what a whole shard missed is told as such") {
  Plain client(matching("**"));
  client.start();
  client.bench.append({{}, {}});
  client.bench.hub.missed(1, 2);
  CHECK(client.verdict(2) == why::kDropped);
  CHECK(client.session.explain(2).detail.find("shard_slow") != std::string::npos);
}

TEST_CASE("a page is known by its sid as well, and hears of its rooms from when it joined them") {
  SocketIoClient page;
  const std::string sid = page.join();
  CHECK(page.session->answers_to(sid));
  CHECK(page.session->answers_to("engine-sid"));
  CHECK_FALSE(page.session->answers_to("other"));
  page.bench.publish({.type = "x", .room = "team"});
  page.send(R"(42["join","team"])");
  page.bench.publish({.type = "x", .room = "team"});
  page.take();
  CHECK(page.session->explain(1).verdict == why::kBeforeSubscription);
  CHECK(page.session->explain(2).verdict == why::kSent);
  CHECK(page.session->explain(2).detail.find("room team") != std::string::npos);
}

TEST_CASE("what was sequenced before the first page came was before its time") {
  ShardBench bench;
  bench.append({{.type = "agent.early"}});
  FakeTransport transport;
  SocketIoSession page("engine-sid", bench.services, transport);
  REQUIRE(page.start({}));
  page.receive_text("40");
  bench.dispatch_pending();
  bench.publish({.type = "agent.late"});
  take_texts(page);
  CHECK(page.explain(1).verdict == why::kBeforeSubscription);
  CHECK(page.explain(2).verdict == why::kSent);
}
