#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "session/session.h"
#include "support/fake_transport.h"
#include "support/shard_bench.h"

namespace relay::test {

/// Plays one client's life: each line of the input is a message, an event, time passing or an answer of the
/// pipeline. What must hold: no crash, bounded queues, nothing left behind in the hub.
template <class AnySession>
void play(std::string_view input, const SessionRequest& request) {
  constexpr size_t kMaxQueue = 64;
  Config config = ShardBench::default_config();
  config.performance.message_queue_size = kMaxQueue;
  config.rooms.max_room_size = 3;
  ShardBench bench(std::move(config), 16);
  FakeTransport transport;
  AnySession session("fuzz", bench.services, transport);
  if (!session.start(request)) return;
  while (!input.empty() && !transport.closed()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    // Heap memory of its own, so that a read past the message is seen.
    const std::vector<char> copy(line.begin(), line.end());
    const std::string_view message(copy.data(), copy.size());
    if (message == "!event") {
      bench.publish_all({{.type = "agent.x"}, {.type = "custom.y", .room = "team"}});
    } else if (message == "!emissions") {
      bench.publish_all({{.type = "seneca.join", .data = R"({"join":["team","more"]})"},
                         {.type = "seneca.emit", .data = R"({"event":"e","rooms":["team"],"volatile":true})"},
                         {.type = "seneca.leave", .data = R"({"leave":["more","general"]})"},
                         {.type = "seneca.emit", .data = R"({"event":"b","attachments":["AA=="]})"}});
    } else if (message == "!away") {
      bench.publish({.type = "seneca.disconnect", .data = "{}"});
    } else if (message == "!closed") {
      bench.publish_all(
          {{.type = "seneca.disconnect", .data = R"({"namespace":"/custom","close":true})"}, {}});
    } else if (message == "!time") {
      bench.advance_ms(1000);
    } else if (message == "!full") {
      bench.publisher.full = !bench.publisher.full;
    } else if (message == "!drain") {
      take_bytes(session);
    } else if (message == "!acks") {
      for (const auto& submission : bench.publisher.submissions)
        session.published(submission.token, {1, 1, 1, 0, ""});
    } else if (message.starts_with("!b")) {
      session.receive_binary(message.substr(2));
    } else if (valid_utf8_prefix(message) == message.size()) {
      session.receive_text(message);
    }
    if (session.outbox().messages() > kMaxQueue) std::abort();
    (void)session.info();
  }
  session.closed("fuzz");
  if (!bench.hub.rooms().empty() || bench.hub.filter_classes() != 0) std::abort();
}

}  // namespace relay::test
