#include "session/socket_io_session.h"

#include <algorithm>
#include <seneca/json.hpp>
#include <utility>

#include "auth/authenticator.h"
#include "base/ids.h"
#include "codec/socket_io_msgpack.h"
#include "codec/websocket_frame.h"
#include "session/admin_feed.h"
#include "session/admin_handshake.h"
#include "session/authentication.h"
#include "session/frame_cache.h"
#include "session/permission.h"
#include "session/socket_io_namespace.h"

namespace relay {
namespace {

constexpr int64_t kAttachmentsTimeoutUs = 10'000'000;
constexpr size_t kMaxIncomplete = 4;  // messages' worth of attachments

}  // namespace

SocketIoSession::SocketIoSession(std::string id, ShardServices& services, Transport& transport)
    : Session(std::move(id), services, transport),
      engine_(*this, services),
      publish_queue_(services, transport, this->id()) {
  services_.hub.page_came();
}

SocketIoSession::~SocketIoSession() { services_.hub.page_went(); }

Status SocketIoSession::start(const SessionRequest& request) {
  // Who it is for is each namespace's to know: so it is not the session that ends with a token.
  SessionRequest nobodys = request;
  nobodys.identity.reset();
  note_start(nobodys);
  head_identity_ = request.identity;
  head_error_ = request.identity_error;
  query_role_ = request.get("role");
  polling_ = request.get("transport") == "polling";
  if (AdminFeed* const admin = services_.admin) {
    admin->opened();
    if (admin->is_development()) admin_handshake_ = admin_handshake_json(request, services_.clock.wall_us());
  }
  engine_.open(id(), polling_);
  const double timeout = services_.config->server.connect_timeout;
  services_.timers.arm(deadline_, services_.clock.monotonic_us() + static_cast<int64_t>(timeout * 1e6));
  return {};
}

void SocketIoSession::move_to(Transport& transport, FrameCoding coding) {
  Session::move_to(transport, coding);
  publish_queue_.move_to(transport);
  polling_ = false;
  tell_transport();
}

void SocketIoSession::receive_text(std::string_view message) {
  if (services_.admin != nullptr) services_.admin->received(message.size());
  engine_.receive_text(message);
}

void SocketIoSession::receive_binary(std::string_view message) {
  if (services_.admin != nullptr) services_.admin->received(message.size());
  engine_.receive_binary(message);
}

void SocketIoSession::engine_message(std::string_view text) {
  if (inquiry_ != nullptr) return hold(true, text);
  if (parser_ == Parser::msgpack) return protocol_error("text from a client that speaks msgpack");
  parser_ = Parser::text;
  receive_packet(text);
}

void SocketIoSession::engine_binary(std::string_view bytes) {
  if (inquiry_ != nullptr) return hold(false, bytes);
  if (parser_ == Parser::text) return receive_attachment(bytes);
  parser_ = Parser::msgpack;
  receive_msgpack(bytes);
}

void SocketIoSession::receive_msgpack(std::string_view bytes) {
  const Result<SocketIoMsgpack> packet = decode_socket_io_msgpack(bytes);
  if (!packet) return protocol_error(packet.error().message);
  receive_packet(packet->text);
  for (const std::string& attachment : packet->attachments)
    if (!closing()) receive_attachment(attachment);
}

void SocketIoSession::receive_packet(std::string_view text) {
  if (incomplete_ != nullptr) return protocol_error("text while attachments are due");
  const Result<SocketIoPacket> packet = decode_socket_io(text);
  if (!packet) return protocol_error(packet.error().message);
  switch (packet->type) {
    case SocketIoType::connect:
      return connect(*packet);
    case SocketIoType::disconnect:
      return disconnect(*packet);
    default:
      return receive_event(*packet, text);
  }
}

void SocketIoSession::receive_attachment(std::string_view bytes) {
  if (incomplete_ == nullptr) return protocol_error("binary without a packet it belongs to");
  incomplete_->bytes += bytes.size();
  if (incomplete_->bytes >
      kMaxIncomplete * static_cast<size_t>(services_.config->server.max_http_buffer_size))
    return close(websocket_close::kTooBig, "the attachments of one event are too large");
  incomplete_->attachments.emplace_back(bytes);
  if (incomplete_->attachments.size() < incomplete_->due) return;
  deadline_.disarm();
  const std::unique_ptr<Incomplete> complete = std::move(incomplete_);
  deliver(*decode_socket_io(complete->text), complete->attachments);
}

void SocketIoSession::connect(const SocketIoPacket& packet) {
  on_sweep(0);
  if (find(packet.namespace_) != nullptr) return protocol_error("connected to this namespace already");
  const std::string name(packet.namespace_);
  if (services_.admin != nullptr && name == services_.admin->config().namespace_)
    return connect_admin(packet);
  const std::string auth(packet.payload.empty() ? "{}" : packet.payload);
  Result<IdentityRef> identity = identify(auth);
  if (!identity) return refuse_connect(name, identity.error());
  if (*identity != nullptr)
    if (const Status allowed = check_namespace((*identity)->access.get(), name); !allowed)
      return refuse_connect(name, allowed.error());
  if (!is_known(name)) return push_packet(encode_socket_io_connect_error(name, "Invalid namespace"));
  const seneca::JsonView pid = seneca::JsonView(auth).get("pid");
  if (services_.recovery != nullptr && pid.is_string()) return inquire(pid.string(), name, auth, *identity);
  join_namespace(name, auth, nullptr, std::move(*identity));
}

// Its own token counts, and where it brings none that of the handshake, as far as it is still good.
Result<IdentityRef> SocketIoSession::identify(std::string_view auth) const {
  const Authenticator* const authenticator = services_.authenticator.get();
  if (authenticator == nullptr) return IdentityRef();
  const seneca::JsonView token = seneca::JsonView(auth).get("token");
  if (token && !token.is_null()) {
    if (!token.is_string()) return fail("token_malformed", "token", "must be a text: auth.token");
    if (token.raw().size() > 2) return authenticator->identify(token.string(), services_.clock.wall_us());
  }
  if (!head_error_.code.empty()) return tl::unexpected<Error>(head_error_);
  if (head_identity_ == nullptr) return authenticator->identify("", services_.clock.wall_us());
  if (const Status good = check_vouched(services_, head_identity_.get()); !good)
    return tl::unexpected<Error>(good.error());
  return head_identity_;
}

void SocketIoSession::refuse_connect(const std::string& name, const Error& error) {
  ++services_.counters.messages_refused;
  std::string data = R"({"code":)";
  seneca::append_json_string(data, error.code);
  push_packet(encode_socket_io_connect_error(name, error.subject + " " + error.message, data + '}'));
}

void SocketIoSession::check_identity() {
  for (const auto& each : namespaces_) each->check_identity();
}

void SocketIoSession::join_namespace(const std::string& name, std::string_view auth, RecoveryRecordRef record,
                                     IdentityRef identity) {
  // A reload may have come while other shards were asked for its record.
  if (const Status good = check_vouched(services_, identity.get()); !good)
    return refuse_connect(name, good.error());
  std::string role = query_role_;
  if (const seneca::JsonView asked = seneca::JsonView(auth).get("role"); asked.is_string())
    role = asked.string();
  SocketIoNamespace::Identity names{name, random_id(), services_.recovery == nullptr ? "" : random_id()};
  if (record != nullptr) names = {name, record->sid, record->pid};
  auto joined = std::make_unique<SocketIoNamespace>(*this, std::move(names), address());
  if (identity != nullptr) joined->adopt(std::move(identity));
  if (record != nullptr)
    joined->restore(*record);
  else if (const Status entered = joined->enter(role); !entered)
    return push_packet(encode_socket_io_connect_error(name, entered.error().message));
  std::string data;
  if (const Status accepted = joined->ask_plugins(auth, data); !accepted)
    return push_packet(encode_socket_io_connect_error(name, accepted.error().message, data));
  push_packet(encode_socket_io_connect(name, joined->sid(), joined->pid()));
  namespaces_.push_back(std::move(joined));
  if (services_.recovery != nullptr) services_.recovery->came(namespaces_.back()->pid(), *this);
  if (!std::exchange(ever_connected_, true)) deadline_.disarm();
  namespaces_.back()->announce();
  namespaces_.back()->greet(auth);
  if (record == nullptr) return;
  ++services_.counters.recovered;
  if (record->gap) tell_gap(*record->gap);
  catch_up();
}

void SocketIoSession::disconnect(const SocketIoPacket& packet) {
  if (!ever_connected_) return protocol_error("DISCONNECT before CONNECT");
  if (services_.admin != nullptr && packet.namespace_ == services_.admin->config().namespace_)
    admin_attempt_ = 0;
  std::erase_if(namespaces_, [&packet](const auto& each) {
    if (each->name() != packet.namespace_) return false;
    each->end("client namespace disconnect");
    return true;
  });
}

void SocketIoSession::receive_event(const SocketIoPacket& packet, std::string_view text) {
  if (!ever_connected_) return protocol_error("EVENT before CONNECT");
  if (packet.attachments == 0) return deliver(packet, {});
  incomplete_ = std::make_unique<Incomplete>(Incomplete{std::string(text), packet.attachments, 0, {}});
  services_.timers.arm(deadline_, services_.clock.monotonic_us() + kAttachmentsTimeoutUs);
}

// A namespace just left is no error: the event and the news may have crossed.
void SocketIoSession::deliver(const SocketIoPacket& packet, const std::vector<std::string>& attachments) {
  if (SocketIoNamespace* const receiver = find(packet.namespace_)) receiver->receive(packet, attachments);
}

void SocketIoSession::send_away(SocketIoNamespace& from, bool close) {
  if (closing()) return;
  for (const auto& each : namespaces_) {
    if (each->ended() || (!close && each.get() != &from)) continue;
    // In the last lane, as a client drops what comes after it.
    push_packet(encode_socket_io_disconnect(each->name()), {}, Priority::low);
    each->stop();
  }
  // The rest not from here: a namespace and a plugin may be on the stack.
  services_.timers.arm(sweep_, services_.clock.monotonic_us());
  if (close) Session::close(websocket_close::kGoingAway, "disconnected by the relay");
}

void SocketIoSession::on_sweep(int64_t) {
  std::erase_if(namespaces_, [](const auto& each) {
    if (!each->ended()) return false;
    each->end("server namespace disconnect");
    return true;
  });
}

void SocketIoSession::on_deadline(int64_t now_us) {
  if (publish_queue_.waiting()) return services_.timers.arm(deadline_, now_us + kAttachmentsTimeoutUs);
  close(websocket_close::kPolicy,
        ever_connected_ ? "attachments did not come" : "no namespace was joined in time");
}

void SocketIoSession::engine_close(uint16_t code, std::string_view reason) {
  if (code == websocket_close::kProtocolError) recoverable_ = false;
  close(code, reason);
}

void SocketIoSession::protocol_error(std::string_view reason) {
  ++services_.counters.messages_refused;
  engine_close(websocket_close::kProtocolError, reason);
}

bool SocketIoSession::is_known(std::string_view namespace_) const {
  const auto& routes = services_.config->routes;
  const auto& plugins = services_.session_plugins;
  return namespace_ == "/" ||
         std::any_of(routes.begin(), routes.end(),
                     [namespace_](const RouteConfig& route) { return route.namespace_ == namespace_; }) ||
         std::any_of(plugins.begin(), plugins.end(),
                     [namespace_](const auto& plugin) { return plugin->serves(namespace_); });
}

SocketIoNamespace* SocketIoSession::find(std::string_view namespace_) const {
  for (const auto& each : namespaces_)
    if (each->name() == namespace_) return each.get();
  return nullptr;
}

void SocketIoSession::push_run(const SocketIoNamespace& receiver, const Run& run) {
  if (closing()) return;
  const FrameCoding way = parser_ == Parser::msgpack ? FrameCoding::msgpack : coding();
  for (const RunFrame& each : services_.frames.socket_io_run(run, receiver.name(), way, bundle_limit())) {
    // A position says that everything before it has come, so nothing may overtake.
    const Priority lane = services_.recovery == nullptr ? each.priority : Priority::normal;
    send_counted(lane, each.frame, each.frame->events(), each.volatile_, each.priority == Priority::critical);
  }
}

void SocketIoSession::push_packet(std::string_view packet, const std::vector<std::string_view>& attachments,
                                  Priority lane) {
  send_counted(lane, Frame::make(frames_of(packet, attachments)), 1 + attachments.size(), false);
}

void SocketIoSession::push_packets(const std::vector<std::string>& packets, bool is_volatile) {
  std::string bytes;
  for (const std::string& packet : packets) bytes += frames_of(packet, {});
  send_counted(Priority::normal, Frame::make(std::move(bytes)), packets.size(), is_volatile);
}

std::string SocketIoSession::frames_of(std::string_view packet,
                                       const std::vector<std::string_view>& attachments) const {
  if (parser_ == Parser::msgpack) {
    const std::vector<std::string> inside(attachments.begin(), attachments.end());
    return binary_frame(encode_socket_io_msgpack(packet.substr(1), inside));
  }
  std::string bytes = text_frame(packet);
  for (const std::string_view attachment : attachments) bytes += binary_frame(attachment);
  return bytes;
}

void SocketIoSession::send_counted(Priority lane, FrameRef frame, size_t packets, bool is_volatile,
                                   bool urgent) {
  if (services_.admin != nullptr) services_.admin->sent(packets, frame->bytes().size());
  if (is_volatile)
    send_volatile(lane, std::move(frame));
  else
    send(lane, std::move(frame), urgent);
}

void SocketIoSession::engine_send(std::string_view packet) {
  send_counted(Priority::critical, Frame::make(text_frame(packet)), 1, false);
}

void SocketIoSession::publish(const SocketIoNamespace& publisher, std::vector<EventRef> events, bool has_ack,
                              uint64_t ack) {
  const uint64_t token = has_ack ? next_token_++ : 0;
  if (has_ack) awaited_.emplace(token, AwaitedAck{publisher.sid(), ack});
  publish_queue_.submit(std::move(events), token);
}

bool SocketIoSession::ask_presence(const SocketIoNamespace& asker, std::string_view room, uint64_t ack) {
  const uint64_t token = next_token_++;
  if (!services_.publisher.ask_presence(asker.name(), room, id(), token)) return false;
  awaited_.emplace(token, AwaitedAck{asker.sid(), ack});
  return true;
}

template <class Tell>
void SocketIoSession::settle(uint64_t token, Tell tell) {
  const auto found = awaited_.find(token);
  if (found == awaited_.end()) return;
  const AwaitedAck awaited = std::move(found->second);
  awaited_.erase(found);
  for (const auto& each : namespaces_)
    if (each->sid() == awaited.sid) tell(*each, awaited.id);
}

void SocketIoSession::published(uint64_t token, const PublishResult& result) {
  settle(token, [&](SocketIoNamespace& asker, uint64_t ack) { asker.acknowledge(ack, result); });
}

void SocketIoSession::answered(uint64_t token, std::string_view members) {
  settle(token, [&](SocketIoNamespace& asker, uint64_t ack) { asker.tell_presence(ack, members); });
}

void SocketIoSession::drained() {
  if (closing()) return;
  if (const auto gap = gap_to_tell()) tell_gap(*gap);
  if (catching_up_) catch_up();
}

void SocketIoSession::missed(const SocketIoNamespace& teller, const GapNotice& gap) {
  if (!namespaces_.empty() && namespaces_.front().get() == &teller) tell_gap(gap);
}

void SocketIoSession::tell_gap(const GapNotice& gap) {
  // A client that left every namespace has nothing to miss.
  if (!namespaces_.empty()) namespaces_.front()->push_event("gap", '[' + encode_gap(gap) + ']');
}

void SocketIoSession::closed(std::string_view reason) {
  deadline_.disarm();
  sweep_.disarm();
  engine_.stop();
  publish_queue_.clear();
  awaited_.clear();
  recovering_.disarm();
  inquiry_.reset();
  if (services_.recovery != nullptr) services_.recovery->forget(*this);
  admin_attempt_ = 0;
  if (services_.admin != nullptr) services_.admin->closed(reason);
  leave_namespaces(reason);
}

SessionInfo SocketIoSession::info() const {
  SessionInfo info = base_info("socketio");
  for (const auto& each : namespaces_) each->describe_to(info);
  return info;
}

bool SocketIoSession::answers_to(std::string_view id) const {
  return Session::answers_to(id) || std::any_of(namespaces_.begin(), namespaces_.end(),
                                                [id](const auto& each) { return each->sid() == id; });
}

Interest SocketIoSession::interest_in(const Event& event) const {
  Interest interest;
  for (const auto& each : namespaces_) interest.prefer(each->interest_in(event));
  return interest;
}

}  // namespace relay
