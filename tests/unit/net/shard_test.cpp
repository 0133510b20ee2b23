#include "net/shard.h"

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "log/memory_log.h"
#include "net/listener.h"
#include "support/catch.h"
#include "support/connection_bench.h"
#include "support/http_socket.h"

using namespace relay;
using namespace relay::test;

namespace {

/// A shard with a listener of its own and an intake that nobody empties.
struct LoneShard {
  explicit LoneShard(size_t intake_events) : intake(intake_events, 1 << 20) {
    const Result<int> listener = open_listener("127.0.0.1", 0);
    REQUIRE(listener);
    address = "127.0.0.1:" + std::to_string(listener_port(*listener));
    REQUIRE(shard.start({*listener}));
  }
  /// How many connections the shard has taken.
  uint64_t accepted() {
    std::promise<uint64_t> answer;
    shard.report({}, [&answer](const ShardReport& report) { answer.set_value(report.accepted); });
    return answer.get_future().get();
  }

  SystemClock clock;
  std::unique_ptr<Logger> logger = make_null_logger();
  MemoryLog log{"EPOCH", 1000, 1 << 20};
  Intake intake;
  FakeAdmin admin;
  std::string address;
  Shard shard{{0, intake, log, clock, *logger, admin, 100, 1, std::make_shared<const Config>()}};
};

void publish(HttpSocket& socket) {
  constexpr std::string_view kEvent = R"({"type":"a","data":{}})";
  socket.send(
      "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: " +
      std::to_string(kEvent.size()) + "\r\n\r\n" + std::string(kEvent));
}

}  // namespace

TEST_CASE("a publication that the closed intake left behind is refused when the shard drains") {
  LoneShard relay(1);
  HttpSocket first(relay.address), second(relay.address);
  publish(first);
  while (relay.intake.counters().queued_events == 0) (void)relay.accepted();
  publish(second);
  while (relay.intake.counters().refused == 0) (void)relay.accepted();
  relay.intake.close();
  relay.shard.drain(10'000'000);
  const std::string answer = second.read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 503 "));
  CHECK(answer.find("\"draining\"") != std::string::npos);
  relay.shard.stop();
}
