#include "session/sse_session.h"

#include <memory>

#include "support/catch.h"
#include "support/fake_transport.h"
#include "support/shard_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

struct Reader {
  explicit Reader(ShardBench& shard, SessionRequest request = {}) : bench(shard) {
    session = std::make_unique<SseSession>("s1", bench.services, transport);
    started = session->start(request);
  }
  ~Reader() { session->closed("test over"); }

  std::string take() { return take_bytes(*session); }
  std::string take_all() {
    std::string bytes = take();
    for (int i = 0; i < 5; ++i) {
      bench.advance_ms(10);
      bytes += take();
    }
    return bytes;
  }

  ShardBench& bench;
  FakeTransport transport;
  std::unique_ptr<SseSession> session;
  Status started;
};

SessionRequest resuming(std::string last_event_id) {
  SessionRequest request;
  request.last_event_id = std::move(last_event_id);
  return request;
}

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("a stream begins with its retry time and brings events with ids") {
  ShardBench bench;
  Reader reader(bench);
  REQUIRE(reader.started);
  CHECK(reader.take() == "retry: 2000\n\n");
  bench.publish({.type = "agent.x"});
  const std::string text = reader.take();
  CHECK(text.starts_with("id: EPOCH:1\nevent: agent.x\ndata: {\"specversion\":\"1.0\""));
  CHECK(text.ends_with("}\n\n"));
}

TEST_CASE("a reader that comes back gets what it missed, and no gap") {
  ShardBench bench;
  bench.publish_many(9);
  Reader reader(bench, resuming("EPOCH:6"));
  const std::string text = reader.take_all();
  CHECK(count(text, "id: EPOCH:") == 3);
  CHECK(text.find("id: EPOCH:7\n") != std::string::npos);
  CHECK(count(text, "event: gap") == 0);
  bench.publish_many(1);
  CHECK(reader.take().starts_with("id: EPOCH:10\n"));
}

TEST_CASE("resuming leaves out what live readers did not get either") {
  ShardBench bench;
  bench.publish_all({{}, {.backfill = true}, {}});
  Reader reader(bench, resuming("EPOCH:1"));
  const std::string text = reader.take_all();
  CHECK(count(text, "id: EPOCH:") == 1);
  CHECK(text.find("id: EPOCH:3\n") != std::string::npos);
}

TEST_CASE("a reader from before a restart is told and goes on live") {
  ShardBench bench;
  bench.publish_many(3);
  for (const char* id : {"OLD:2", "nonsense", "EPOCH:", ":", "EPOCH:99999999999999999999"}) {
    Reader reader(bench, resuming(id));
    CAPTURE(id);
    REQUIRE(reader.started);
    CHECK(reader.take_all() ==
          "retry: 2000\n\nevent: gap\ndata: "
          "{\"skipped\":0,\"from\":0,\"to\":0,\"reason\":\"epoch_changed\"}\n\n");
    bench.publish_many(1);
    CHECK(count(reader.take(), "id: EPOCH:") == 1);
  }
}

TEST_CASE("a reader whose events have expired is told which, and gets the rest") {
  ShardBench bench(ShardBench::default_config(), 5);
  bench.publish_many(20);
  Reader reader(bench, resuming("EPOCH:10"));
  const std::string text = reader.take_all();
  CHECK(
      text.find(
          "event: gap\ndata: {\"skipped\":5,\"from\":11,\"to\":15,\"reason\":\"offset_expired\"}\n\nid: ") !=
      std::string::npos);
  CHECK(count(text, "id: EPOCH:") == 5);
}

TEST_CASE("an id from the future is told as such") {
  ShardBench bench;
  bench.publish_many(2);
  Reader reader(bench, resuming("EPOCH:7"));
  CHECK(reader.take_all().find("\"reason\":\"offset_in_future\"") != std::string::npos);
}

TEST_CASE("a bad query refuses the stream before anything is sent") {
  ShardBench bench;
  SessionRequest request;
  request.query = {{"match", "a..b"}};
  Reader reader(bench, request);
  CHECK_FALSE(reader.started);
  CHECK(reader.session->outbox().empty());
}

TEST_CASE("a quiet stream gets a comment, a busy one does not") {
  Config config = ShardBench::default_config();
  config.performance.heartbeat_interval = 10;
  ShardBench bench(config);
  Reader reader(bench);
  reader.take();
  bench.advance_ms(10'010);
  CHECK(reader.take() == ":\n\n");
  bench.publish_many(1);
  bench.advance_ms(10'010);
  CHECK(count(reader.take(), ":\n\n") == 0);
}

TEST_CASE("a slow reader gets one gap event") {
  Config config = ShardBench::default_config();
  config.performance.message_queue_size = 4;
  ShardBench bench(config);
  Reader reader(bench);
  reader.take();
  bench.publish_many(10);
  CHECK(count(reader.take(), "id: EPOCH:") == 4);
  CHECK(reader.take() ==
        "event: gap\ndata: {\"skipped\":6,\"from\":1,\"to\":6,\"reason\":\"queue_full\"}\n\n");
}

TEST_CASE("the seed's shape can be streamed") {
  ShardBench bench;
  SessionRequest request;
  request.query = {{"format", "seed"}, {"match", "agent.*"}};
  Reader reader(bench, request);
  reader.take();
  bench.publish_all({{.type = "agent.x"}, {.type = "y"}});
  const std::string text = reader.take();
  CHECK(text.starts_with("id: EPOCH:1\nevent: agent.x\ndata: {\"type\":\"agent.x\""));
  CHECK(count(text, "id: ") == 1);
}
