#pragma once

#include <cstdint>
#include <memory>
#include <seneca/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/polling/polling_client.h"
#include "support/fake_transport.h"
#include "support/shard_bench.h"

namespace relay::test {

/// A WebSocket that wants a polling client's session, and notes what becomes of that.
class FakeUpgradeSocket final : public UpgradeSocket {
 public:
  ~FakeUpgradeSocket() override {
    if (session != nullptr) session->closed("test over");
  }

  void say(std::string_view packet) override { said.emplace_back(packet); }
  void take_over(std::unique_ptr<Session> taken, std::string_view unsent) override {
    session = std::move(taken);
    for (std::string& text : texts_of_frames(unsent)) received.push_back(std::move(text));
    session->move_to(transport, FrameCoding::plain);
  }
  void give_up(uint16_t code, std::string_view) override { gave_up = code; }

  /// All the packets that have come by it since the session has moved.
  const std::vector<std::string>& take() {
    for (std::string& text : take_texts(*session)) received.push_back(std::move(text));
    return received;
  }

  std::vector<std::string> said, received;
  std::unique_ptr<Session> session;
  FakeTransport transport;
  uint16_t gave_up = 0;
};

/// A shard with one polling client, whose loop turns when the test says so.
class PollingBench final : public PollingHost {
 public:
  struct Answer {
    ReplyTo reply_to;
    HttpResponse response;
  };

  explicit PollingBench(Config config = ShardBench::default_config()) : shard(std::move(config)) {
    SessionRequest request;
    request.query = {{"transport", "polling"}};
    client = std::make_unique<PollingClient>("engine-sid", *this);
    (void)client->start(request);
    (void)get();
  }

  // PollingHost
  ShardServices& services() override { return shard.services; }
  void answer(const ReplyTo& reply_to, HttpResponse response) override {
    answers.push_back({reply_to, std::move(response)});
  }
  void flush_soon(PollingClient&) override { flush_wanted = true; }
  void done(PollingClient&) override { ++dones; }

  void turn() {
    while (std::exchange(flush_wanted, false)) client->flush();
  }
  void advance_ms(int64_t milliseconds) {
    shard.advance_ms(milliseconds);
    turn();
  }

  /// The name of the next request.
  ReplyTo next_reply() { return {0, "c" + std::to_string(++requests_)}; }
  ReplyTo begin_get() {
    const ReplyTo reply_to = next_reply();
    client->get(reply_to);
    turn();
    return reply_to;
  }
  ReplyTo begin_post(std::string_view body, std::string_view content_type = "text/plain") {
    const ReplyTo reply_to = next_reply();
    client->post(reply_to, content_type, body);
    turn();
    return reply_to;
  }
  /// The answer to a request, or null while it waits. Taken out, as a request is answered once.
  std::unique_ptr<HttpResponse> answer_to(const ReplyTo& reply_to) {
    for (auto each = answers.begin(); each != answers.end(); ++each) {
      if (each->reply_to != reply_to) continue;
      auto response = std::make_unique<HttpResponse>(std::move(each->response));
      answers.erase(each);
      return response;
    }
    return nullptr;
  }
  /// "status body" of an answer, "" while there is none.
  std::string text_of(const ReplyTo& reply_to) {
    const auto response = answer_to(reply_to);
    return response == nullptr ? "" : std::to_string(response->status) + " " + response->body;
  }
  std::string get() { return text_of(begin_get()); }
  std::string post(std::string_view body, std::string_view content_type = "text/plain") {
    return text_of(begin_post(body, content_type));
  }
  /// Joins "/" and throws the answers away.
  void join() {
    (void)post("40");
    (void)get();
  }
  /// A message on the WebSocket that upgrades.
  void upgrade_says(std::string_view message, bool text = true) {
    client->upgrade_message(text, message);
    turn();
  }

  ShardBench shard;
  std::vector<Answer> answers;
  bool flush_wanted = false;
  int dones = 0;
  std::unique_ptr<PollingClient> client;  // last: its session is part of the shard

 private:
  int requests_ = 0;
};

/// The packets of an answer's text; none when it has another status.
inline std::vector<std::string> packets_of(std::string_view answer) {
  std::vector<std::string> packets;
  if (!answer.starts_with("200 ")) return packets;
  answer.remove_prefix(4);
  while (true) {
    const size_t end = answer.find('\x1e');
    packets.emplace_back(answer.substr(0, end));
    if (end == std::string_view::npos) return packets;
    answer.remove_prefix(end + 1);
  }
}

/// The offsets of the events among `packets`.
inline std::vector<int64_t> offsets_of(const std::vector<std::string>& packets) {
  std::vector<int64_t> offsets;
  for (const std::string& packet : packets) {
    constexpr std::string_view kStart = R"(42["agent_update",)";
    if (!packet.starts_with(kStart)) continue;
    std::string_view json = packet;
    json = json.substr(kStart.size(), json.size() - kStart.size() - 1);
    const auto event = seneca::JsonView(json);
    offsets.push_back(event.get("metadata").get("sequence").integer());
  }
  return offsets;
}

inline std::vector<int64_t> from_to(int64_t from, int64_t to) {
  std::vector<int64_t> numbers;
  for (int64_t n = from; n <= to; ++n) numbers.push_back(n);
  return numbers;
}

/// A client that has joined "/".
struct JoinedBench {
  explicit JoinedBench(const Config& config = ShardBench::default_config()) : bench(config) { bench.join(); }
  PollingBench bench;
};

}  // namespace relay::test
