#include <algorithm>
#include <seneca/json.hpp>
#include <utility>

#include "support/catch.h"
#include "support/connection_bench.h"
#include "support/websocket_client.h"

using namespace relay;
using namespace relay::test;

namespace {

using Op = WebSocketOpcode;

constexpr int kRounds = 8;

/// A client's life on a socket that takes little at a time: events, pings and pongs between them, a close.
std::string play(ConnectionBench& bench, bool deflates) {
  bench.receive(upgrade_request("/ws", deflates ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : ""));
  for (int round = 0; round < kRounds; ++round) {
    bench.shard.publish({.data = '"' + std::string(static_cast<size_t>(round) * 40, 'x') + '"'});
    bench.turn();
    bench.drain_socket_once();
    bench.receive(client_frame(Op::ping, std::to_string(round)));
    bench.shard.publish({.priority = Priority::low});
    bench.turn();
    bench.drain_socket_once();
  }
  bench.connection.close(websocket_close::kRestart, "relay is stopping");
  bench.turn();
  bench.drain_socket();
  bench.receive(client_close(1012));
  bench.drain_socket();
  return after_head(bench.take());
}

std::vector<int64_t> sequences(const std::vector<ServerFrame>& frames, std::string_view data_start) {
  std::vector<int64_t> found;
  for (const ServerFrame& frame : frames) {
    if (frame.opcode != Op::text) continue;
    const seneca::JsonView json(frame.payload);
    if (frame.payload.find("\"data\":" + std::string(data_start)) == std::string::npos) continue;
    found.push_back(std::stoll(json.get("sequence").string()));
  }
  return found;
}

void check_frames(const std::vector<ServerFrame>& frames, bool deflates) {
  // Within a lane events keep their order; the lanes may overtake each other.
  std::vector<int64_t> odd, even;
  std::vector<std::string> pongs, expected_pongs;
  for (int round = 0; round < kRounds; ++round) {
    odd.push_back(2 * round + 1);
    even.push_back(2 * round + 2);
    expected_pongs.push_back(std::to_string(round));
  }
  for (const ServerFrame& frame : frames)
    if (frame.opcode == Op::pong) pongs.push_back(frame.payload);
  REQUIRE(sequences(frames, "\"") == odd);
  REQUIRE(sequences(frames, "{") == even);
  REQUIRE(pongs == expected_pongs);
  REQUIRE(frames.back().opcode == Op::close);
  REQUIRE(frames.back().close_code() == 1012);
  REQUIRE(frames.size() == 3 * kRounds + 1);
  const auto deflated = std::count_if(frames.begin(), frames.end(), [](const auto& f) { return f.deflated; });
  REQUIRE((deflated > 0) == deflates);
}

}  // namespace

TEST_CASE("however little a socket takes at a time, every frame arrives whole and in order") {
  for (const auto& [coalesce, deflates] :
       {std::pair(true, false), std::pair(false, false), std::pair(true, true), std::pair(false, true)}) {
    for (size_t accepts = 1; accepts <= 600; ++accepts) {
      Config config = ShardBench::default_config();
      config.performance.batch_messages = coalesce;
      ConnectionBench bench(std::move(config), accepts);
      const ServerStream stream = parse_server_frames(play(bench, deflates), deflates);
      INFO(accepts << " bytes at a time, coalesced: " << coalesce << ", deflated: " << deflates);
      REQUIRE(stream.fault.empty());
      REQUIRE(bench.wire.breach.empty());
      REQUIRE(bench.wire.finished);
      check_frames(stream.frames, deflates);
    }
  }
}

TEST_CASE("an answer that does not fit into the socket is followed by the next one, not mixed with it") {
  for (size_t accepts = 1; accepts <= 600; ++accepts) {
    ConnectionBench bench(ShardBench::default_config(), accepts);
    const std::string request = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";
    for (int i = 0; i < 5; ++i) bench.receive(request);
    bench.receive("GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    bench.drain_socket();
    std::string rest = bench.take();
    for (int i = 0; i < 6; ++i) {
      const std::string body = i < 5 ? "ok\n" : "ready\n";
      REQUIRE(rest.rfind("HTTP/1.1 200 OK\r\n", 0) == 0);
      rest = after_head(rest);
      REQUIRE(rest.rfind(body, 0) == 0);
      rest.erase(0, body.size());
    }
    REQUIRE(rest.empty());
    REQUIRE(bench.wire.finished);
    REQUIRE(bench.wire.breach.empty());
  }
}
