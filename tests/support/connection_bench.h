#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/admin.h"
#include "net/connection.h"
#include "support/memory_wire.h"
#include "support/shard_bench.h"

namespace relay::test {

/// An admin that notes what it was asked, and can be busy.
class FakeAdmin final : public Admin {
 public:
  [[nodiscard]] bool ask(AdminQuestion question) override {
    if (busy) return false;
    asked.push_back(question.what);
    return true;
  }
  [[nodiscard]] bool ask_pipeline(PipelineQuestion question) override {
    if (busy) return false;
    questions.push_back(std::move(question));
    return true;
  }
  [[nodiscard]] bool order(PluginOrder order) override {
    if (busy) return false;
    ordered.push_back(std::move(order));
    return true;
  }
  bool busy = false;
  std::vector<AdminQuery> asked;
  std::vector<PluginOrder> ordered;
  std::vector<PipelineQuestion> questions;
};

/// A shard with one connection, whose loop turns when the test says so.
class ConnectionBench : public ConnectionHost {
 public:
  explicit ConnectionBench(Config config = ShardBench::default_config(), size_t accepts = SIZE_MAX)
      : shard(std::move(config)), wire(accepts), connection("c1", peer(), wire, *this) {}

  static Peer peer() { return {"127.0.0.1:50000", IpAddress::parse("127.0.0.1"), false}; }

  ShardServices& services() override { return shard.services; }
  Admin& admin() override { return fake_admin; }
  [[nodiscard]] int shard_number() const override { return 0; }
  [[nodiscard]] bool draining() const override { return is_draining; }
  void flush_soon(Connection&) override { flush_wanted = true; }
  void flush_in_turn(Connection&) override { flush_wanted = true; }
  void count_write(size_t bytes, bool) override { counted_bytes += bytes; }
  Gather& gather() override { return gather_; }
  Inflater& inflater() override { return inflater_; }
  void poll(PollRequest request) override { polls.push_back(std::move(request)); }
  void poll_cancelled(const std::string&, const ReplyTo& reply_to) override { cancelled.push_back(reply_to); }
  PollingClient* polling_client(const std::string&) override { return nullptr; }
  [[nodiscard]] bool knows_session(const std::string&) const override { return false; }
  void session_moved(const std::string&, Connection*) override {}
  [[nodiscard]] const AddressRanges& trusted_proxies() const override { return trusted; }

  /// Bytes from the client, in a buffer of their own as the socket's are, and the end of the loop iteration.
  void receive(std::string_view bytes) {
    std::vector<char> buffer(bytes.begin(), bytes.end());
    connection.on_bytes(buffer.data(), buffer.size());
    turn();
  }
  void turn() {
    while (std::exchange(flush_wanted, false)) connection.flush();
  }
  /// One more write by the socket.
  void drain_socket_once() {
    if (wire.take_more()) connection.on_writable();
    turn();
  }
  void drain_socket() {
    while (wire.blocked()) drain_socket_once();
  }
  /// What the client has got since the last call.
  std::string take() { return std::exchange(wire.sent, std::string()); }
  std::string ask(std::string_view request) {
    receive(request);
    return take();
  }
  void advance_ms(int64_t milliseconds) {
    shard.advance_ms(milliseconds);
    turn();
  }

  ShardBench shard;
  FakeAdmin fake_admin;
  MemoryWire wire;
  std::vector<PollRequest> polls;
  std::vector<ReplyTo> cancelled;
  AddressRanges trusted;
  bool is_draining = false;
  bool flush_wanted = false;
  size_t counted_bytes = 0;

 private:
  Gather gather_;
  Inflater inflater_;

 public:
  Connection connection;
};

inline std::string upgrade_request(std::string_view target, std::string_view more_headers = "") {
  return "GET " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         std::string(more_headers) + "\r\n";
}

/// The part after the answer's blank line.
inline std::string after_head(std::string_view bytes) {
  const size_t end = bytes.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string() : std::string(bytes.substr(end + 4));
}

}  // namespace relay::test
