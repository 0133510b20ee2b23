// links: seneca_net
#include <cstdint>
#include <cstdlib>
#include <string>

#include "support/connection_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

// Each chunk begins with a byte that says what happens: time, an event, an answer, a write, or bytes that
// come.
void play(std::string_view input, ConnectionBench& bench) {
  while (!input.empty() && !bench.wire.killed) {
    const auto what = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    switch (what % 8) {
      case 0:
        bench.advance_ms(what * 10);
        break;
      case 1:
        bench.shard.publish({.type = "agent.x"});
        break;
      case 2:
        bench.connection.on_published(what / 8 % 4, {1, 1, 1, 0, ""});
        break;
      case 3:
        bench.drain_socket_once();
        break;
      case 4:
        bench.shard.publisher.full = !bench.shard.publisher.full;
        break;
      default: {
        const size_t count = std::min<size_t>(what, input.size());
        if (!bench.wire.paused) bench.receive(input.substr(0, count));
        input.remove_prefix(count);
      }
    }
    bench.turn();
  }
}

}  // namespace

// What must hold: no crash, the wire's contract kept, nothing left behind in the hub.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  Config config = ShardBench::default_config();
  config.server.max_http_buffer_size = 4096;
  config.performance.message_queue_size = 64;
  ConnectionBench bench(std::move(config), data[0] == 0 ? SIZE_MAX : data[0]);
  // Half of the inputs begin as a WebSocket, which random bytes seldom become.
  if (data[1] % 2 == 1)
    bench.receive(upgrade_request(data[1] % 4 == 1 ? "/ws" : "/socket.io/?EIO=4&transport=websocket",
                                  data[1] >= 128 ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : ""));
  play(std::string_view(reinterpret_cast<const char*>(data + 2), size - 2), bench);
  bench.connection.on_closed();
  if (!bench.wire.breach.empty()) std::abort();
  if (!bench.shard.hub.rooms().empty() || bench.shard.hub.filter_classes() != 0) std::abort();
  return 0;
}
