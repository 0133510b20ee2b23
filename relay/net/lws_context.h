#pragma once

#include <uv.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "net/connection.h"
#include "net/lws_wire.h"
#include "net/tls/tls_wire.h"

struct lws_context;
struct lws_vhost;

namespace relay {

/// One accepted socket and the connection that speaks over it, through TLS when there is a session of that.
struct Client {
  LwsWire wire;
  std::unique_ptr<TlsWire> tls;
  Connection connection;
  Client(std::string id, Peer peer, ConnectionHost& host, std::unique_ptr<TlsSession> session)
      : tls(session == nullptr ? nullptr : std::make_unique<TlsWire>(wire, std::move(session))),
        connection(std::move(id), std::move(peer), tls == nullptr ? static_cast<Wire&>(wire) : *tls, host) {}
};

/// A shard's libwebsockets context on the shard's libuv loop. It brings sockets; no TLS, no HTTP and no
/// WebSocket role, no listeners and no timers. [shard]
class LwsContext {
 public:
  /// Told of a client whose socket is gone. Its code may be on the stack: it must live on for a while.
  using Closed = std::function<void(Client&)>;

  explicit LwsContext(Closed closed) : closed_(std::move(closed)) {}

  /// Error: `net_start`.
  [[nodiscard]] Status open(uv_loop_t& loop);
  /// Takes a connected socket over for `client`. False when it could not: the socket is closed then.
  [[nodiscard]] bool adopt(int fd, Client& client);
  /// Closes every socket, in further turns of the loop.
  void destroy();
  /// What is left once those have been taken.
  void free_rest();

  // For libwebsockets' callback.
  void received(Client& client, std::string_view bytes);
  void closed(Client& client) { closed_(client); }

 private:
  const Closed closed_;
  lws_context* context_ = nullptr;
  lws_vhost* vhost_ = nullptr;
  std::string plain_;  // scratch
};

}  // namespace relay
