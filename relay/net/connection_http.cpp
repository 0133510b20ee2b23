#include <algorithm>
#include <utility>

#include "auth/authenticator.h"
#include "net/authentication.h"
#include "net/connection.h"
#include "net/handshake.h"
#include "session/admin_feed.h"
#include "session/bare_session.h"
#include "session/plain_session.h"
#include "session/sse_session.h"

// The part of Connection that reads requests and answers them.

namespace relay {
namespace {

constexpr int64_t kSecond = 1000000;
constexpr int64_t kHeadUs = 5 * kSecond;
constexpr int64_t kIdleUs = 15 * kSecond;
constexpr int64_t kAnswerUs = 30 * kSecond;
constexpr uint64_t kMinBodyBytesPerSecond = 64 * 1024;
constexpr size_t kMaxUnsentBytes = 64 * 1024;

HttpResponse preflight(const HttpRequestHead& head) {
  HttpResponse response;
  response.status = 204;
  response.headers.emplace_back("Access-Control-Allow-Methods", allowed_methods(head.path));
  const std::string_view wanted = head.header("access-control-request-headers");
  if (!wanted.empty()) response.headers.emplace_back("Access-Control-Allow-Headers", std::string(wanted));
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  return response;
}

HttpResponse method_not_allowed(const HttpRequestHead& head) {
  HttpResponse response = problem(405, "method_not_allowed", "this path does not take " + head.method);
  response.headers.emplace_back("Allow", allowed_methods(head.path));
  return response;
}

}  // namespace

std::string_view Connection::body() const {
  return std::string_view(request_->input).substr(request_->body_at, head().content_length);
}

void Connection::read_requests() {
  if (reading_requests_) return;
  reading_requests_ = true;
  // Answers that nobody reads must not pile up: the next request waits until the last answer is in the
  // socket.
  while (pending_.size() < kMaxUnsentBytes && !wire_.blocked() &&
         ((phase_ == Phase::head && read_head()) || (phase_ == Phase::body && read_body()))) {
  }
  reading_requests_ = false;
}

// True when a request went on to its next phase.
bool Connection::read_head() {
  if (request_->input.empty()) return false;
  HttpFault fault;
  switch (request_->reader.read(request_->input, request_->head, request_->body_at, fault)) {
    case HttpHeadReader::State::incomplete:
      // The deadline runs from the first byte, however slowly the others come.
      if (!std::exchange(request_->begun, true)) arm(kHeadUs);
      return false;
    case HttpHeadReader::State::fault:
      refuse(fault);
      return false;
    case HttpHeadReader::State::complete:
      return begin_request();
  }
  return false;
}

// Everything that can be judged by the head alone is, before a byte of the body is waited for.
bool Connection::begin_request() {
  request_->origin = origin_of(head(), peer_, host_.trusted_proxies());
  const std::string_view upgrade = head().header("upgrade");
  const bool websocket = upgrade.size() == 9 && std::equal(upgrade.begin(), upgrade.end(), "websocket",
                                                           [](char a, char b) { return (a | 0x20) == b; });
  if (!upgrade.empty() && !websocket) {
    refuse({400, "bad_upgrade", "the only upgrade offered is websocket"});
    return false;
  }
  bool path_known = false;
  request_->endpoint = find_endpoint(head().method, head().path, path_known);
  if (!authenticate()) return false;
  const auto limit = static_cast<uint64_t>(services().config->server.max_http_buffer_size);
  if (head().content_length > limit) {
    refuse(
        {413, "body_too_large", "at most " + std::to_string(limit) + " bytes (server.max_http_buffer_size)"});
    return false;
  }
  if (head().header("expect") == "100-continue") {
    pending_ += "HTTP/1.1 100 Continue\r\n\r\n";
    flush_soon();
  }
  phase_ = Phase::body;
  const uint64_t seconds = 10 + head().content_length / kMinBodyBytesPerSecond;
  arm(static_cast<int64_t>(seconds) * kSecond);
  return true;
}

// The signature is checked here, on the shard: some microseconds, or 20 to 75 with a public key, once for a
// head. That is about what a request costs anyway, and less than handing it to another thread and back would.
bool Connection::authenticate() {
  const Authenticator* const authenticator = services().authenticator.get();
  const Endpoint* const endpoint = request_->endpoint;
  if (authenticator == nullptr || endpoint == nullptr || endpoint->need == Endpoint::Need::nothing)
    return true;
  // A polling client's further requests go by its sid: what it may do was settled before it got one.
  const bool at_connect = endpoint->need == Endpoint::Need::at_connect;
  if (at_connect && !head().query_value("sid").empty()) return true;
  Result<IdentityRef> identity = identify(
      *authenticator, head(), services().config->server.cors_allowed_origins, services().clock.wall_us());
  if (!identity && at_connect) {
    request_->identity_error = identity.error();
    return true;
  }
  Status allowed;
  if (identity)
    allowed = check_need(endpoint->need, *(*identity)->access);
  else
    allowed = tl::unexpected<Error>(identity.error());
  if (!allowed) {
    turn_away(access_refused(allowed.error()));
    return false;
  }
  request_->identity = std::move(*identity);
  return true;
}

bool Connection::read_body() {
  if (request_->input.size() - request_->body_at < head().content_length) return false;
  phase_ = Phase::answering;
  arm(kAnswerUs);
  dispatch();
  return phase_ == Phase::head;
}

void Connection::dispatch() {
  if (request_->endpoint == nullptr) {
    bool path_known = false;
    (void)find_endpoint(head().method, head().path, path_known);
    if (path_known && head().method == "OPTIONS")
      respond(preflight(head()));
    else if (path_known)
      respond(method_not_allowed(head()));
    else
      respond(problem(404, "not_found", "there is nothing at this path"));
    return;
  }
  // Nobody was asked when its head came, and now everybody is.
  if (services().authenticator != nullptr && request_->identity == nullptr &&
      request_->endpoint->need >= Endpoint::Need::any)
    return turn_away(access_refused({"token_missing", "token", "is needed now; send one"}));
  switch (request_->endpoint->kind) {
    case Endpoint::Kind::http:
      request_->endpoint->handler(*this);
      return;
    case Endpoint::Kind::plain_websocket:
      open_websocket();
      return;
    case Endpoint::Kind::socket_io:
      open_socket_io();
      return;
    case Endpoint::Kind::event_stream:
      if (request_->endpoint->handler != nullptr) return request_->endpoint->handler(*this);
      open_stream(std::make_unique<SseSession>(id_, services(), *this));
      return;
  }
}

void Connection::respond(HttpResponse response) {
  if (phase_ != Phase::answering) return;
  add_cors_headers(response, head().header("origin"), services().config->server.cors_allowed_origins);
  const bool keep_alive = head().keep_alive && !host_.draining();
  pending_ += encode_response(response, keep_alive, head().method == "HEAD");
  flush_soon();
  end_request();
  if (keep_alive) {
    read_requests();
    return;
  }
  close_after_flush_ = true;
  phase_ = Phase::silent;
}

void Connection::end_request() {
  // Nothing of it stays: a fault in the next head must not be answered as if it were this one, and an idle
  // connection keeps no buffer.
  std::string rest = request_->input.substr(request_->body_at + head().content_length);
  *request_ = Request();
  request_->input = std::move(rest);
  phase_ = Phase::head;
  wire_.pause_reading(false);
  arm(kIdleUs);
}

// The connection cannot go on: where the next request would begin is not known, or not worth knowing.
void Connection::refuse(const HttpFault& fault) {
  HttpResponse response = problem(fault);
  if (fault.status == 426) response.headers.emplace_back("Sec-WebSocket-Version", "13");
  turn_away(std::move(response));
}

void Connection::turn_away(HttpResponse response) {
  ++services().counters.messages_refused;
  add_cors_headers(response, head().header("origin"), services().config->server.cors_allowed_origins);
  pending_ += encode_response(response, false, head().method == "HEAD");
  request_->input = std::string();
  phase_ = Phase::silent;
  close_after_flush_ = true;
  arm(kHeadUs);
  flush_soon();
}

void Connection::open_socket_io() {
  const SessionPlugins& plugins = services().session_plugins;
  if (is_bare() &&
      std::none_of(plugins.begin(), plugins.end(), [](const auto& plugin) { return plugin->serves_bare(); }))
    return respond(problem(404, "not_found", "no plugin answers clients without Socket.IO"));
  if (std::optional<HttpResponse> refused = refuse_engine_io(head())) return respond(std::move(*refused));
  if (!head().header("upgrade").empty()) return open_websocket();
  if (!origin_allowed(head(), services().config->server.cors_allowed_origins))
    return respond(origin_refused(head()));
  poll();
}

void Connection::poll() {
  PollRequest request;
  request.reply_to = {static_cast<size_t>(shard_number()), id_};
  request.sid = head().query_value("sid");
  if (request.sid.empty() && host_.draining())
    return respond(problem(503, "draining", "the relay is stopping; connect again in a moment"));
  request.bare = is_bare();
  request.websocket = head().query_value("transport") == "websocket";
  request.method = head().method;
  request.version = head().query_value("EIO");
  request.content_type = head().header("content-type");
  request.body = body();
  if (request.sid.empty()) {
    request.session.address = request_->origin.address;
    request.session.secure = request_->origin.secure;
    request.session.query = head().query;
    request.session.identity = request_->identity;
    request.session.identity_error = request_->identity_error;
    describe_to_admins(request.session);
  }
  // A GET ends with a ping at the latest.
  const ServerConfig& server = services().config->server;
  arm(static_cast<int64_t>((server.ping_interval + server.ping_timeout) * 1e6) + kAnswerUs);
  host_.poll(std::move(request));
}

void Connection::open_websocket() {
  const bool socket_io = request_->endpoint->kind == Endpoint::Kind::socket_io;
  const std::vector<std::string_view> offered =
      socket_io ? std::vector<std::string_view>() : plain_subprotocols(services().session_plugins);
  const auto accepted = check_websocket_request(head(), offered, services().config->performance.compression);
  if (!accepted) {
    refuse(
        {accepted.error().status, std::string(accepted.error().code), std::string(accepted.error().message)});
    return;
  }
  if (!origin_allowed(head(), services().config->server.cors_allowed_origins))
    return respond(origin_refused(head()));
  const std::string sid(socket_io ? head().query_value("sid") : "");
  if (!sid.empty()) {
    if (!host_.knows_session(sid)) return respond(engine_io_error(EngineIoError::unknown_sid, true));
    if (head().query_value("transport") != "websocket" || head().query_value("EIO") != "4")
      return respond(engine_io_error(EngineIoError::bad_request, true));
  } else if (socket_io) {
    if (!start_session(make_engine_io_session(is_bare(), id_, services(), *this), *accepted)) return;
  } else if (!start_session(std::make_unique<PlainSession>(id_, services(), *this), *accepted)) {
    return;
  }
  kind_ = request_->endpoint->kind;
  pending_ += upgrade_response(*accepted);
  begin_websocket(*accepted);
  if (!sid.empty()) upgrade_polling(sid);
  std::string rest = request_->input.substr(request_->body_at + head().content_length);
  request_.reset();
  if (!rest.empty()) read_websocket(rest.data(), rest.size());
}

void Connection::begin_websocket(const UpgradeAccepted& accepted) {
  const bool deflated = !accepted.extensions.empty();
  coding_ = deflated ? FrameCoding::deflated : FrameCoding::plain;
  phase_ = Phase::websocket;
  deadline_.disarm();
  parser_ =
      std::make_unique<WebSocketParser>(static_cast<WebSocketHandler&>(*this),
                                        static_cast<size_t>(services().config->server.max_http_buffer_size),
                                        deflated ? &host_.inflater() : nullptr);
  flush_soon();
}

// A session that upgrades already, or has, keeps the WebSocket it has.
void Connection::upgrade_polling(const std::string& sid) {
  PollingClient* const client = host_.polling_client(sid);
  if (client != nullptr && client->begin_upgrade(*this))
    upgrading_ = client;
  else
    close(websocket_close::kProtocolError, "this session has a WebSocket already");
}

void Connection::open_stream(std::unique_ptr<Session> session) {
  if (!start_session(std::move(session), {})) return;
  HttpResponse cors;
  add_cors_headers(cors, head().header("origin"), services().config->server.cors_allowed_origins);
  pending_ +=
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "X-Accel-Buffering: no\r\nConnection: close\r\n";
  for (const auto& [name, value] : cors.headers) pending_ += name + ": " + value + "\r\n";
  pending_ += "\r\n";
  // A stream's client never answers: the kernel finds out when it is gone, by the heartbeats it leaves
  // unread.
  const ServerConfig& server = services().config->server;
  wire_.limit_unacknowledged(static_cast<int64_t>((server.ping_interval + server.ping_timeout) * 1000));
  kind_ = Endpoint::Kind::event_stream;
  phase_ = Phase::silent;
  deadline_.disarm();
  request_.reset();
  flush_soon();
}

// Only an Admin UI that shows sockets has a use for it.
void Connection::describe_to_admins(SessionRequest& request) {
  const AdminFeed* const admin = services().admin;
  if (admin == nullptr || !admin->is_development()) return;
  request.headers = head().headers;
  request.url = head().path;
  for (const auto& [name, value] : head().query)
    request.url.append(&name == &head().query.front().first ? "?" : "&")
        .append(name)
        .append("=")
        .append(value);
}

bool Connection::start_session(std::unique_ptr<Session> session, const UpgradeAccepted& accepted) {
  if (host_.draining()) {
    respond(problem(503, "draining", "the relay is stopping; connect again in a moment"));
    return false;
  }
  SessionRequest request;
  request.address = request_->origin.address;
  request.secure = request_->origin.secure;
  request.query = head().query;
  request.subprotocol = accepted.subprotocol;
  request.coding = accepted.extensions.empty() ? FrameCoding::plain : FrameCoding::deflated;
  request.last_event_id = head().header("last-event-id");
  request.identity = request_->identity;
  request.identity_error = request_->identity_error;
  describe_to_admins(request);
  session_ = std::move(session);
  session_live_ = true;
  if (const Status started = session_->start(request); !started) {
    session_live_ = false;
    session_.reset();
    const Error& error = started.error();
    respond(error.code == "forbidden" ? access_refused(error)
                                      : problem(400, error.code, error.subject + ": " + error.message));
    return false;
  }
  return true;
}

}  // namespace relay
