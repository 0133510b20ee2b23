#include "cli/bench/bench_target.h"

#include <netdb.h>

#include <cstring>
#include <random>
#include <utility>

#include "codec/base64.h"
#include "codec/websocket_handshake.h"

namespace relay {
namespace {

std::string random_key() {
  std::random_device device;
  std::string bytes;
  for (int i = 0; i < 16; ++i) bytes += static_cast<char>(device());
  return encode_base64(bytes);
}

// Where the relay itself takes subscribers and publishers.
BenchTarget::Paths default_paths(BenchProtocol protocol) {
  const std::string engine_io = "/socket.io/?EIO=4&transport=websocket";
  switch (protocol) {
    case BenchProtocol::socketio:
      return {engine_io, engine_io, "publish", ""};
    case BenchProtocol::sse:
      return {"/events?match=bench.**", "/api/v1/events", "", ""};
    case BenchProtocol::http:
      return {"", "/api/v1/events", "", ""};
    case BenchProtocol::nats:
      return {};
    case BenchProtocol::ws:
      break;
  }
  return {"/ws?match=bench.**", "/ws?match=none", "", ""};
}

}  // namespace

const char* name_of(BenchProtocol protocol) {
  switch (protocol) {
    case BenchProtocol::ws:
      return "ws";
    case BenchProtocol::socketio:
      return "socketio";
    case BenchProtocol::sse:
      return "sse";
    case BenchProtocol::nats:
      return "nats";
    case BenchProtocol::http:
      break;
  }
  return "http";
}

Result<BenchTarget> BenchTarget::make(const Url& url, BenchProtocol protocol, Paths paths) {
  const std::string address = url.to_string();
  if (url.secure) return fail("bad_url", address, "bench measures without TLS; give ws:// or http://");
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(url.port);
  if (::getaddrinfo(url.host.c_str(), port.c_str(), &hints, &found) != 0)
    return fail("unreachable", address, "cannot reach " + address + ": unknown host");
  BenchTarget target;
  std::memcpy(&target.address_, found->ai_addr, found->ai_addrlen);
  target.address_size_ = found->ai_addrlen;
  ::freeaddrinfo(found);

  const Paths defaults = default_paths(protocol);
  target.protocol_ = protocol;
  target.paths_.subscribe = url.target(paths.subscribe.empty() ? defaults.subscribe : paths.subscribe);
  target.paths_.publish = url.target(paths.publish.empty() ? defaults.publish : paths.publish);
  target.paths_.event = paths.event.empty() ? defaults.event : std::move(paths.event);
  target.paths_.stream = std::move(paths.stream);
  target.url_ = address;
  target.authority_ = url.authority();
  if (!url.token.empty()) target.authorization_ = "\r\nAuthorization: Bearer " + url.token;
  target.key_ = random_key();
  target.accept_key_ = websocket_accept_key(target.key_);
  return target;
}

std::string BenchTarget::upgrade_request(const std::string& path) const {
  return "GET " + path + " HTTP/1.1\r\nHost: " + authority_ + authorization_ +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
         key_ + "\r\n\r\n";
}

}  // namespace relay
