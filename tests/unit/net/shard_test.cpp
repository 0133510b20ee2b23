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
#include "support/websocket_client.h"

using namespace relay;
using namespace relay::test;

namespace {

/// A shard with a listener of its own and an intake that nobody empties.
struct LoneShard {
  explicit LoneShard(size_t intake_events, Config chosen = {})
      : config(std::make_shared<const Config>(std::move(chosen))), intake(intake_events, 1 << 20) {
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

  const ConfigRef config;
  SystemClock clock;
  std::unique_ptr<Logger> logger = make_null_logger();
  MemoryLog log{"EPOCH", 1000, 1 << 20};
  Intake intake;
  FakeAdmin admin;
  std::string address;
  Shard shard{{0, intake, log, log, clock, *logger, admin, 100, 1, config}};
};

void publish(HttpSocket& socket) {
  constexpr std::string_view kEvent = R"({"type":"a","data":{}})";
  socket.send(
      "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: " +
      std::to_string(kEvent.size()) + "\r\n\r\n" + std::string(kEvent));
}

/// Speaks seneca.v1.json.
struct OpsSocket {
  explicit OpsSocket(const std::string& address) : socket(address) {
    socket.send(
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: seneca.v1.json\r\n\r\n");
    CHECK(socket.read_until("\"server\"").find("hello") != std::string::npos);
  }
  void send(std::string_view json) { socket.send(client_frame(WebSocketOpcode::text, json)); }
  void tell(std::string_view op, std::string_view room) {
    send(R"({"op":")" + std::string(op) + R"(","room":")" + std::string(room) + R"(","id":1})");
    CHECK(socket.read_until("true}").find("reply") != std::string::npos);
  }

  HttpSocket socket;
};

/// "+team" and "-team" for changes of presence, else the type of the event.
std::vector<std::string> taken_until(Intake& intake, std::string_view last) {
  std::vector<std::string> taken;
  std::vector<Publication> publications;
  for (int i = 0; i < 1000 && (taken.empty() || taken.back() != last); ++i) {
    (void)intake.take(publications, 20'000);
    for (const Publication& publication : publications) {
      for (const EventRef& event : publication.events) taken.emplace_back(event->type());
      for (const PresenceChange& change : publication.presence)
        taken.push_back((change.joined ? '+' : '-') + change.room);
    }
  }
  return taken;
}

}  // namespace

TEST_CASE("changes of presence that the full intake refuses are kept and go before what comes later") {
  Config config;
  config.rooms.presence = {"*"};
  LoneShard relay(1, config);
  HttpSocket first(relay.address);
  publish(first);
  while (relay.intake.counters().queued_events == 0) (void)relay.accepted();
  OpsSocket client(relay.address);
  client.tell("join", "one");
  client.tell("join", "passing");
  client.tell("leave", "passing");
  client.tell("join", "two");
  client.tell("leave", "one");
  client.send(R"({"op":"publish","id":2,"event":{"type":"last"}})");
  CHECK(taken_until(relay.intake, "last") == std::vector<std::string>{"a", "+one", "+two", "-one", "last"});
}

TEST_CASE("who asks who is in a room while the intake is full is told to ask again") {
  Config config;
  config.rooms.presence = {"*"};
  LoneShard relay(1, config);
  HttpSocket first(relay.address), second(relay.address);
  publish(first);
  while (relay.intake.counters().queued_events == 0) (void)relay.accepted();
  publish(second);
  while (relay.intake.counters().refused == 0) (void)relay.accepted();
  const std::string answer = http(relay.address, "GET", "/api/v1/presence?room=team");
  CHECK(answer.starts_with("HTTP/1.1 503 "));
  CHECK(answer.find("\"busy\"") != std::string::npos);
}

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
