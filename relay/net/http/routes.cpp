#include <array>

#include "net/http/exchange.h"

namespace relay {
namespace {

using Kind = Endpoint::Kind;
using Need = Endpoint::Need;

constexpr std::array kEndpoints = {
    Endpoint{"/socket.io/", Kind::socket_io, Need::at_connect, "GET", nullptr},
    Endpoint{"/socket.io", Kind::socket_io, Need::at_connect, "GET", nullptr},
    Endpoint{kBarePath, Kind::socket_io, Need::any, "GET", nullptr},
    Endpoint{"/ws", Kind::plain_websocket, Need::any, "GET", nullptr},
    Endpoint{"/events", Kind::event_stream, Need::read, "GET", nullptr},
    Endpoint{"/api/v1/events", Kind::http, Need::publish, "POST", handle_publish},
    Endpoint{"/api/v1/events", Kind::http, Need::read, "GET", handle_history},
    Endpoint{"/api/v1/dead-letters", Kind::http, Need::admin, "GET", handle_dead_letters},
    Endpoint{"/api/v1/emit", Kind::http, Need::admin, "POST", handle_emit},
    Endpoint{"/api/v1/sockets/join", Kind::http, Need::admin, "POST", handle_sockets_join},
    Endpoint{"/api/v1/sockets/leave", Kind::http, Need::admin, "POST", handle_sockets_leave},
    Endpoint{"/api/v1/sockets/disconnect", Kind::http, Need::admin, "POST", handle_sockets_disconnect},
    Endpoint{"/api/v1/stats", Kind::http, Need::admin, "GET", handle_stats},
    Endpoint{"/api/v1/clients", Kind::http, Need::admin, "GET", handle_clients},
    Endpoint{"/api/v1/rooms", Kind::http, Need::admin, "GET", handle_rooms},
    Endpoint{"/api/v1/presence", Kind::http, Need::read, "GET", handle_presence},
    Endpoint{"/api/v1/plugins", Kind::http, Need::admin, "GET", handle_plugins},
    Endpoint{"/api/v1/plugins/walk", Kind::http, Need::admin, "POST", handle_walk},
    Endpoint{kPluginPath, Kind::http, Need::admin, "POST", handle_plugin_order, true},
    Endpoint{"/api/v1/taps", Kind::event_stream, Need::admin, "GET", handle_tap},
    Endpoint{"/api/v1/why", Kind::http, Need::admin, "GET", handle_why},
    Endpoint{"/healthz", Kind::http, Need::nothing, "GET", handle_healthz},
    Endpoint{"/readyz", Kind::http, Need::nothing, "GET", handle_readyz},
    Endpoint{"/", Kind::http, Need::nothing, "GET", handle_page},
};

bool is_at(const Endpoint& endpoint, std::string_view path) {
  return endpoint.below ? path.starts_with(endpoint.path) : path == endpoint.path;
}

}  // namespace

const Endpoint* find_endpoint(std::string_view method, std::string_view path, bool& path_known) {
  path_known = false;
  for (const Endpoint& endpoint : kEndpoints) {
    if (!is_at(endpoint, path)) continue;
    path_known = true;
    const bool head = method == "HEAD" && endpoint.method == "GET" && endpoint.kind == Kind::http;
    // Engine.IO has an error of its own for a wrong method.
    const bool any = endpoint.kind == Kind::socket_io && method != "OPTIONS";
    if (head || any || endpoint.method == method) return &endpoint;
  }
  return nullptr;
}

std::string allowed_methods(std::string_view path) {
  std::string methods;
  for (const Endpoint& endpoint : kEndpoints) {
    if (!is_at(endpoint, path)) continue;
    if (endpoint.kind == Kind::socket_io) methods += "POST, ";
    methods += std::string(endpoint.method) + ", ";
    if (endpoint.method == "GET" && endpoint.kind == Kind::http) methods += "HEAD, ";
  }
  return methods + "OPTIONS";
}

}  // namespace relay
