#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "session/socket_io_session.h"
#include "support/catch.h"
#include "support/fake_transport.h"
#include "support/shard_bench.h"

namespace relay::test {

using Texts = std::vector<std::string>;

inline Config quick_config() {
  Config config = ShardBench::default_config();
  config.server.ping_interval = 10;
  config.server.ping_timeout = 5;
  return config;
}

/// A Socket.IO client of a shard, seen from the bytes.
struct SocketIoClient {
  explicit SocketIoClient(Config config = quick_config(), SessionRequest request = {})
      : bench(std::move(config)) {
    session = std::make_unique<SocketIoSession>("engine-sid", bench.services, transport);
    REQUIRE(session->start(request));
  }
  ~SocketIoClient() { session->closed("test over"); }

  Texts take() { return take_texts(*session); }
  Texts send(std::string_view text) {
    session->receive_text(text);
    return take();
  }
  /// Joins "/" and throws the answers away; returns the sid.
  std::string join(std::string_view packet = "40") {
    take();
    const Texts texts = send(packet);
    REQUIRE(texts.size() == 2);
    const size_t at = texts[0].find("\"sid\":\"");
    REQUIRE(at != std::string::npos);
    return texts[0].substr(at + 7, 20);
  }
  bool closes_on(std::string_view text) {
    session->receive_text(text);
    return transport.closed();
  }

  ShardBench bench;
  FakeTransport transport;
  std::unique_ptr<SocketIoSession> session;
};

}  // namespace relay::test
