#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "auth/access.h"
#include "codec/http_request.h"
#include "codec/http_response.h"
#include "pipeline/intake.h"
#include "session/shard_services.h"

namespace relay {

class Admin;
class Tap;
struct PipelineQuestion;

/// One request being answered, as a handler sees it. Implemented by the connection. [shard]
///
/// A handler answers at once with `respond`, or keeps quiet and is answered for later: by the publication it
/// submitted (`await_publication`), or by the control thread (Admin::ask).
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  [[nodiscard]] virtual const HttpRequestHead& head() const = 0;
  [[nodiscard]] virtual std::string_view body() const = 0;
  [[nodiscard]] virtual std::string_view connection_id() const = 0;
  /// Who asks: the client's address without its port, whatever trusted proxies are between.
  [[nodiscard]] virtual std::string_view client_host() const = 0;
  [[nodiscard]] virtual ShardServices& services() = 0;
  [[nodiscard]] virtual Admin& admin() = 0;
  [[nodiscard]] virtual int shard_number() const = 0;
  [[nodiscard]] virtual bool draining() const = 0;
  /// What who asks may do; null: everything.
  [[nodiscard]] virtual AccessRef access() const = 0;
  /// Who asks, as a token said; "" for nobody.
  [[nodiscard]] virtual std::string_view subject() const = 0;
  virtual void respond(HttpResponse response) = 0;
  /// Once the answer is there and is 200, an event stream of `tap` takes its place.
  virtual void stream_if_ok(std::shared_ptr<Tap> tap) = 0;

  /// Has the pipeline answer. False when too much waits: then the exchange is over, and says so.
  [[nodiscard]] bool ask_pipeline(PipelineQuestion question);
};

using HttpHandler = void (*)(HttpExchange&);

/// What a path stands for.
struct Endpoint {
  enum class Kind { http, plain_websocket, socket_io, event_stream };
  /// What who asks must be allowed to do, where a token is asked for at all.
  enum class Need {
    nothing,     ///< no token is looked at
    at_connect,  ///< of Socket.IO: its CONNECT is where tokens are asked for
    any,         ///< to read or to publish something: the protocol asks for the rest
    read,
    publish,
    admin,
  };
  std::string_view path;
  Kind kind;
  Need need;
  std::string_view method;  ///< of Kind::http; the others are GET
  HttpHandler handler;      ///< of Kind::http; of Kind::event_stream, unless it is that of the log
  bool below = false;       ///< stands for every path that begins so
};

/// Where Engine.IO is spoken without Socket.IO.
inline constexpr std::string_view kBarePath = "/engine.io/";

/// What orders about a plugin begin with; its name follows.
inline constexpr std::string_view kPluginPath = "/api/v1/plugins/";

/// The endpoint of a path and method. `path_known` tells a 405 from a 404 when there is none.
[[nodiscard]] const Endpoint* find_endpoint(std::string_view method, std::string_view path, bool& path_known);
/// "GET, HEAD, OPTIONS": what a known path takes.
[[nodiscard]] std::string allowed_methods(std::string_view path);

// The handlers, one file a family.
void handle_publish(HttpExchange& exchange);
/// The answer to a publication that has been through the pipeline.
[[nodiscard]] HttpResponse publish_response(const PublishResult& result);
void handle_emit(HttpExchange& exchange);
void handle_sockets_join(HttpExchange& exchange);
void handle_sockets_leave(HttpExchange& exchange);
void handle_sockets_disconnect(HttpExchange& exchange);
void handle_history(HttpExchange& exchange);
void handle_dead_letters(HttpExchange& exchange);
void handle_healthz(HttpExchange& exchange);
void handle_readyz(HttpExchange& exchange);
void handle_stats(HttpExchange& exchange);
void handle_clients(HttpExchange& exchange);
void handle_rooms(HttpExchange& exchange);
void handle_plugins(HttpExchange& exchange);
void handle_plugin_order(HttpExchange& exchange);
void handle_walk(HttpExchange& exchange);
void handle_tap(HttpExchange& exchange);
void handle_presence(HttpExchange& exchange);
void handle_why(HttpExchange& exchange);
void handle_page(HttpExchange& exchange);

}  // namespace relay
