// links: seneca_net
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "support/polling_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

constexpr size_t kMaxQueue = 64;

Config small_config() {
  Config config = ShardBench::default_config();
  config.performance.message_queue_size = kMaxQueue;
  config.rooms.max_room_size = 3;
  return config;
}

/// The life of one polling client. Each line is the body of a POST, or an order that begins with "!".
class Life {
 public:
  void step(std::string_view line) {
    if (over()) return;
    if (line == "!event")
      bench_.shard.publish_all({{.type = "agent.x"}, {.type = "custom.y", .room = "team"}});
    else if (line == "!time")
      bench_.advance_ms(1000);
    else if (line == "!full")
      bench_.shard.publisher.full = !bench_.shard.publisher.full;
    else if (line == "!acks")
      acknowledge();
    else if (line.starts_with("!ws"))
      websocket(line.substr(3));
    else if (bench_.dones == 0)
      polling(line);
    bench_.turn();
    check();
  }

  /// Nothing may be left behind.
  void end() {
    bench_.client.reset();
    check();
    socket_.reset();
    if (!bench_.shard.hub.rooms().empty() || bench_.shard.hub.filter_classes() != 0) std::abort();
  }

 private:
  [[nodiscard]] bool over() const {
    return bench_.dones > 0 && (socket_ == nullptr || socket_->transport.closed());
  }

  void polling(std::string_view line) {
    if (line == "!get") {
      ask(bench_.next_reply(), [this](const ReplyTo& reply_to) { bench_.client->get(reply_to); });
    } else if (line == "!cancel") {
      if (waiting_.empty()) return;
      const ReplyTo gone = waiting_.back();
      waiting_.pop_back();
      bench_.client->cancelled(gone);
    } else if (line == "!look") {
      bench_.client->session()->check_deadlines();
    } else if (line == "!close") {
      bench_.client->close(1001, "sent away");
    } else if (line == "!drain") {
      bench_.client->drain();
    } else if (line.starts_with("!raw")) {
      post("application/octet-stream", line.substr(4));
    } else {
      post("text/plain", line);
    }
  }

  template <class Request>
  void ask(const ReplyTo& reply_to, Request request) {
    waiting_.push_back(reply_to);
    request(reply_to);
  }
  void post(std::string_view content_type, std::string_view body) {
    ask(bench_.next_reply(),
        [&](const ReplyTo& reply_to) { bench_.client->post(reply_to, content_type, body); });
  }

  // The first one begins the upgrade; an empty message is the end of the WebSocket.
  void websocket(std::string_view message) {
    if (socket_ != nullptr && socket_->session != nullptr) {
      if (valid_utf8_prefix(message) == message.size()) socket_->session->receive_text(message);
      if (!socket_->transport.closed()) (void)socket_->take();
    } else if (socket_ == nullptr) {
      socket_ = std::make_unique<FakeUpgradeSocket>();
      if (!bench_.client->begin_upgrade(*socket_)) socket_.reset();
    } else if (message.empty()) {
      bench_.client->cancel_upgrade();
      socket_.reset();
    } else {
      bench_.upgrade_says(message);
    }
  }

  void acknowledge() {
    for (const auto& submission : bench_.shard.publisher.submissions) {
      const PublishResult result{1, 1, 1, 0, ""};
      if (bench_.dones == 0)
        bench_.client->published(submission.token, result);
      else
        socket_->session->published(submission.token, result);
    }
  }

  void check() {
    // A request is answered once, and an answer has at most 16 packets.
    for (const auto& [reply_to, response] : bench_.answers) {
      const auto asked = std::find(waiting_.begin(), waiting_.end(), reply_to);
      if (asked == waiting_.end()) std::abort();
      waiting_.erase(asked);
      const auto separators = std::count(response.body.begin(), response.body.end(), '\x1e');
      if (separators >= static_cast<int64_t>(PollingClient::kMaxPackets)) std::abort();
    }
    bench_.answers.clear();
    // One GET and one POST may wait, and none once the session is over or has moved.
    if (bench_.dones > 1 || waiting_.size() > (bench_.dones == 0 ? 2U : 0U)) std::abort();
    if (socket_ != nullptr && socket_->gave_up != 0) socket_.reset();
    if (bench_.client == nullptr || bench_.client->session() == nullptr) return;
    if (bench_.client->session()->outbox().messages() > kMaxQueue) std::abort();
    (void)bench_.client->session()->info();
  }

  PollingBench bench_{small_config()};
  std::unique_ptr<FakeUpgradeSocket> socket_;
  std::vector<ReplyTo> waiting_;  // requests without an answer
};

void play(std::string_view input) {
  Life life;
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    // Heap memory of its own, so that a read past the body is seen.
    const std::vector<char> copy(line.begin(), line.end());
    life.step({copy.data(), copy.size()});
  }
  life.end();
}

}  // namespace

// What must hold: no crash, every request answered once, bounded answers and queues, nothing left in the hub.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // Most of what can go wrong lies behind a CONNECT.
  play("40\n!get\n" + std::string(input));
  play(input);
  return 0;
}
