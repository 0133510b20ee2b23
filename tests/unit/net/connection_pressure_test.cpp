#include <string>

#include "support/catch.h"
#include "support/connection_bench.h"
#include "support/websocket_client.h"

using namespace relay;
using namespace relay::test;

namespace {

/// A page whose socket takes what the test says.
struct Page : ConnectionBench {
  explicit Page(Config config = ShardBench::default_config()) : ConnectionBench(std::move(config)) {
    REQUIRE(ask(upgrade_request("/socket.io/?EIO=4&transport=websocket")).starts_with("HTTP/1.1 101 "));
    receive(client_frame(WebSocketOpcode::text, "40"));
    (void)take();
  }
  void publish(Priority priority, size_t bytes, size_t count = 1) {
    shard.publish_many(count, {.data = '"' + std::string(bytes, 'x') + '"', .priority = priority});
    turn();
  }
};

std::string_view type_of(const ServerFrame& frame) {
  return frame.payload.find("URGENT") != std::string::npos ? "urgent" : "flood";
}

}  // namespace

TEST_CASE("a flood of low events delays a critical one by one write at the most") {
  Page page;
  page.wire.accepts = 1000;
  for (int i = 0; i < 200; ++i) page.publish(Priority::low, 5000);
  REQUIRE(page.wire.blocked());
  page.shard.publish({.data = R"("URGENT")", .priority = Priority::critical});
  page.turn();
  for (int i = 0; i < 20; ++i) page.publish(Priority::low, 5000);
  page.wire.accepts = SIZE_MAX;
  page.drain_socket();
  const ServerStream stream = parse_server_frames(page.take());
  CHECK(stream.fault.empty());
  size_t before = 0;
  while (before < stream.frames.size() && type_of(stream.frames[before]) != "urgent") ++before;
  REQUIRE(before < stream.frames.size());
  // What was in the socket when it blocked was one write: the first low event, alone.
  CHECK(before == 1);
  CHECK(stream.frames.size() > 100);
}

TEST_CASE("a client to be disconnected when it is slow loses its connection, not events") {
  Config config = ShardBench::default_config();
  config.performance.slow_client_policy = SlowClientPolicy::disconnect;
  config.performance.message_queue_size = 10;
  Page page(config);
  page.wire.accepts = 0;
  page.publish(Priority::low, 10, 20);
  page.publish(Priority::low, 10, 20);
  page.wire.accepts = SIZE_MAX;
  page.drain_socket();
  const ServerStream stream = parse_server_frames(page.take());
  REQUIRE_FALSE(stream.frames.empty());
  CHECK(stream.frames.back().opcode == WebSocketOpcode::close);
  CHECK(stream.frames.back().close_code() == 1013);
  for (const uint64_t dropped : page.shard.counters.events_dropped) CHECK(dropped == 0);
}

TEST_CASE("a conflating client that was away gets the newest of each kind, and is told what it did not") {
  Config config = ShardBench::default_config();
  config.performance.slow_client_policy = SlowClientPolicy::conflate;
  config.performance.message_queue_size = 10;
  Page page(config);
  page.wire.accepts = 0;
  page.publish(Priority::normal, 10);
  REQUIRE(page.wire.blocked());
  for (int i = 0; i < 50; ++i) page.publish(Priority::normal, 10);
  page.wire.accepts = SIZE_MAX;
  page.drain_socket();
  const ServerStream stream = parse_server_frames(page.take());
  const std::string_view last = stream.frames.back().payload;
  CHECK(last.find(R"("reason":"conflated")") != std::string::npos);
  CHECK(page.shard.counters.events_dropped[size_t(DropReason::conflated)] > 30);
  CHECK(page.shard.counters.events_dropped[size_t(DropReason::queue_full)] == 0);
  CHECK(stream.frames[stream.frames.size() - 2].payload.find("\"sequence\":51") != std::string::npos);
}
