#include <seneca/json.hpp>
#include <utility>

#include "base/clock.h"
#include "base/ids.h"
#include "codec/socket_io.h"
#include "session/admin_client.h"
#include "session/admin_feed.h"
#include "session/socket_io_namespace.h"
#include "session/socket_io_session.h"

// The Admin UI: its clients' way in, and what it hears of the others.

namespace relay {
namespace {

using seneca::JsonView;

constexpr size_t kMaxArgsBytes = 4096;
constexpr size_t kMaxCredentialBytes = 1024;

/// JSON values with commas between them.
class Args {
 public:
  Args& text(std::string_view text) {
    seneca::append_json_string(next(), text);
    return *this;
  }
  Args& raw(std::string_view json) {
    next() += json;
    return *this;
  }
  Args& time(int64_t wall_us) { return text(format_rfc3339(wall_us / 1000 * 1000)); }
  [[nodiscard]] const std::string& json() const { return json_; }

 private:
  std::string& next() {
    if (!json_.empty()) json_ += ',';
    return json_;
  }
  std::string json_;
};

// An admin's outbox is not for megabytes.
std::string shown_args(std::string_view array) {
  if (array.size() <= kMaxArgsBytes) return std::string(array);
  const std::string_view name = JsonView(array).at(0).raw();
  std::string json = "[";
  json += name.size() <= kMaxArgsBytes ? name : std::string_view("\"\"");
  return json += ",\"(" + std::to_string(array.size()) + " bytes)\"]";
}

// Too long a text is nobody's password, and a refusal is the answer.
std::string credential(const JsonView& auth, std::string_view name) {
  const JsonView value = auth.get(name);
  return value.raw().size() > kMaxCredentialBytes ? std::string() : value.string();
}

}  // namespace

// The password is looked at elsewhere, as that takes as long as it takes: the client is answered then.
void SocketIoSession::connect_admin(const SocketIoPacket& packet) {
  if (admin_attempt_ != 0) return protocol_error("connecting to this namespace already");
  admin_attempt_ = ++admin_attempts_;
  const JsonView auth(packet.payload);
  services_.admin->port().log_in(
      id(), admin_attempt_,
      {credential(auth, "username"), credential(auth, "password"), credential(auth, "sessionId"), address()});
}

void SocketIoSession::admin_verdict(uint64_t attempt, const AdminVerdict& verdict) {
  if (attempt != admin_attempt_ || closing()) return;
  admin_attempt_ = 0;
  AdminFeed& feed = *services_.admin;
  const std::string& name = feed.config().namespace_;
  if (!verdict.refusal.empty()) {
    ++services_.counters.messages_refused;
    return push_packet(encode_socket_io_connect_error(name, verdict.refusal));
  }
  auto joined = std::make_unique<SocketIoNamespace>(*this, SocketIoNamespace::Identity{name, random_id(), ""},
                                                    address());
  push_packet(encode_socket_io_connect(name, joined->sid()));
  SocketIoNamespace& admin = *joined;
  namespaces_.push_back(std::move(joined));
  if (!std::exchange(ever_connected_, true)) deadline_.disarm();
  admin.enter_as_admin(feed, verdict.session_id);
}

void SocketIoSession::append_sockets(std::string& json, size_t max_bytes) const {
  for (const auto& each : namespaces_) {
    if (!each->announced() || json.size() >= max_bytes) continue;
    if (!json.empty()) json += ',';
    json += socket_json(*each);
  }
}

std::string SocketIoSession::socket_json(const SocketIoNamespace& socket) const {
  std::string json = R"({"id":)";
  seneca::append_json_string(json, socket.sid());
  json += R"(,"clientId":)";
  seneca::append_json_string(json, std::string_view(id()).substr(0, 12));
  json += polling_ ? R"(,"transport":"polling","nsp":)" : R"(,"transport":"websocket","nsp":)";
  seneca::append_json_string(json, socket.name());
  json += R"(,"data":{},"handshake":)" + admin_handshake_ + ",\"rooms\":[";
  bool first = true;
  for (const std::string& room : socket.room_names()) {
    if (!std::exchange(first, false)) json += ',';
    seneca::append_json_string(json, room);
  }
  return json += "]}";
}

void SocketIoSession::tell_transport() const {
  AdminFeed* const feed = services_.admin;
  if (feed == nullptr || !feed->watched()) return;
  std::vector<std::string> packets;
  for (const auto& each : namespaces_) {
    if (!each->announced()) continue;
    std::string update = R"({"id":)";
    seneca::append_json_string(update, each->sid());
    update += ",\"nsp\":";
    seneca::append_json_string(update, each->name());
    update += R"(,"transport":"websocket"})";
    packets.push_back(feed->packet("socket_updated", update));
  }
  if (!packets.empty()) feed->tell_state(std::move(packets));
}

void SocketIoNamespace::enter_as_admin(AdminFeed& feed, std::string_view session_id) {
  from_ = next_offset();
  session_.services().hub.enter_namespace(name_, *this);
  session_.services().hub.own(name_, sid_, *this);
  rooms_.push_back({sid_, from_});
  admin_ = std::make_unique<AdminClient>(session_, feed);
  announce();
  admin_->greet(session_id);
}

void SocketIoNamespace::announce() {
  announced_ = true;
  AdminFeed* const feed = session_.services().admin;
  if (feed == nullptr || !feed->watched()) return;
  // Rooms first: the UI takes a room that it hears of later for one more.
  std::vector<std::string> packets;
  for (const Membership& each : rooms_) packets.push_back(room_packet("room_joined", each.room));
  packets.push_back(
      feed->packet("socket_connected",
                   Args().raw(session_.socket_json(*this)).time(session_.services().clock.wall_us()).json()));
  feed->tell_state(std::move(packets));
}

void SocketIoNamespace::retire(std::string_view reason) {
  if (!std::exchange(announced_, false)) return;
  AdminFeed* const feed = session_.services().admin;
  if (feed == nullptr || !feed->watched()) return;
  const int64_t now_us = session_.services().clock.wall_us();
  std::vector<std::string> packets = {
      feed->packet("socket_disconnected", Args().text(name_).text(sid_).text(reason).time(now_us).json())};
  for (const Membership& each : rooms_) packets.push_back(room_packet("room_left", each.room));
  feed->tell_state(std::move(packets));
}

std::string SocketIoNamespace::room_packet(std::string_view event, std::string_view room) const {
  const int64_t now_us = session_.services().clock.wall_us();
  return session_.services().admin->packet(event,
                                           Args().text(name_).text(room).text(sid_).time(now_us).json());
}

void SocketIoNamespace::tell_room(std::string_view event, std::string_view room) const {
  AdminFeed* const feed = session_.services().admin;
  if (feed != nullptr && announced_ && feed->watched()) feed->tell_state({room_packet(event, room)});
}

// Of what goes on among admins nothing is told: it would be told of again. True counts: asked before
// anything is made.
bool SocketIoNamespace::may_tell_traffic() const {
  AdminFeed* const feed = session_.services().admin;
  return feed != nullptr && admin_ == nullptr && feed->may_tell_traffic();
}

void SocketIoNamespace::tell_traffic(std::string_view event, std::string_view args_array) const {
  AdminFeed& feed = *session_.services().admin;
  const int64_t now_us = session_.services().clock.wall_us();
  feed.tell_traffic(
      feed.packet(event, Args().text(name_).text(sid_).raw(shown_args(args_array)).time(now_us).json()));
}

void SocketIoNamespace::tell_received(std::string_view args_array) const {
  if (!args_array.empty() && may_tell_traffic()) tell_traffic("event_received", args_array);
}

void SocketIoNamespace::tell_sent(std::string_view event, std::string_view arguments) const {
  if (!may_tell_traffic()) return;
  Args all;
  all.text(event);
  for (const JsonView& each : JsonView(arguments).items()) all.raw(each.raw());
  tell_traffic("event_sent", '[' + all.json() + ']');
}

// What routes and subscriptions bring is left to the statistics: thousands of events for thousands of
// clients.
void SocketIoNamespace::tell_emissions(const Run& run) const {
  if (session_.services().admin == nullptr) return;
  for (const Hit& hit : run.hits) {
    if (hit.emission == nullptr || !may_tell_traffic()) continue;
    Args all;
    all.text(hit.emission->event);
    if (!hit.emission->args.empty()) all.raw(hit.emission->args);
    tell_traffic("event_sent", '[' + all.json() + ']');
  }
}

Status SocketIoNamespace::obey(const SocketIoPacket& packet) {
  Result<EventRef> emission = admin_->command(packet);
  if (!emission) return tl::unexpected<Error>(emission.error());
  session_.publish(*this, {std::move(*emission)}, packet.has_id, packet.id);
  return {};
}

}  // namespace relay
