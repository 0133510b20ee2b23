#include "session/socket_io_namespace.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "event/envelope.h"
#include "hub/visibility.h"
#include "session/admin_client.h"
#include "session/authentication.h"
#include "session/describe.h"
#include "session/frame_cache.h"
#include "session/presence_watch.h"
#include "session/socket_io_session.h"

namespace relay {
namespace {

bool is_valid_role(std::string_view role) {
  constexpr size_t kMaxRole = 32;
  return !role.empty() && role.size() <= kMaxRole &&
         role.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-") == std::string_view::npos;
}

}  // namespace

SocketIoNamespace::SocketIoNamespace(SocketIoSession& session, Identity identity, std::string_view address)
    : session_(session),
      name_(std::move(identity.name)),
      sid_(std::move(identity.sid)),
      pid_(std::move(identity.pid)),
      from_(session.services().hub.delivered() + 1),
      sent_{from_ - 1} {
  auto plugins = std::make_unique<ClientPlugins>(session.services(), static_cast<PluginClient&>(*this), sid_,
                                                 name_, address);
  if (!plugins->empty()) plugins_ = std::move(plugins);
}

SocketIoNamespace::~SocketIoNamespace() {
  end("server shutting down");
  leave_hub();
  for (const Membership& each : rooms_)
    if (each.watched) report_left(session_.services(), name_, each.room, sid_);
  if (!pid_.empty()) session_.services().recovery->gone(pid_);
}

std::string SocketIoNamespace::subject_of(const relay::Identity* who) {
  return who == nullptr ? std::string() : who->subject;
}

void SocketIoNamespace::adopt(IdentityRef who) {
  who_ = std::move(who);
  hub().admit(*this, access());
  arm_identity_end(session_.services(), *who_, identity_end_);
}

void SocketIoNamespace::check_identity() {
  if (ended_ || admin_ != nullptr) return;
  if (const Status good = check_vouched(session_.services(), who_.get()); !good) identity_ended(good.error());
}

void SocketIoNamespace::on_identity_end(int64_t) { identity_ended(token_expired_error()); }

void SocketIoNamespace::identity_ended(const Error& error) {
  if (ended_) return;
  std::string json = R"([{"code":)";
  seneca::append_json_string(json, error.code);
  json += ",\"message\":";
  seneca::append_json_string(json, error.subject + " " + error.message);
  push_event("error", json + "}]");
  session_.send_away(*this, false);
}

Status SocketIoNamespace::enter(std::string_view role) {
  if (role.empty()) role = "observer";
  if (!is_valid_role(role)) return fail("bad_role", "role", "Invalid role: use 1 to 32 of a-z, _ and -");
  const std::string& default_room = session_.services().config->rooms.default_room;
  hub().enter_namespace(name_, *this);
  hub().own(name_, sid_, *this);
  rooms_.push_back({sid_, next_offset()});
  // Nobody has asked for these: who may not be in one does without.
  const AccessRef allowed = access();
  for (const std::string& room : {default_room, std::string(role) + "s"})
    if (allowed != nullptr && !allowed->may_join({name_, room}))
      continue;
    else if (Status joined = try_join(room); !joined)
      return joined;
  return {};
}

Status SocketIoNamespace::ask_plugins(std::string_view auth, std::string& data) {
  return plugins_ != nullptr ? plugins_->connect(auth, data) : Status();
}

void SocketIoNamespace::greet(std::string_view auth) {
  accepted_ = true;
  for (Membership& each : rooms_)
    each.watched = each.room != sid_ && report_joined(session_.services(), name_, each.room, sid_);
  if (session_.services().config->rooms.greeting) say_hello();
  if (plugins_ != nullptr) plugins_->connected(auth);
}

void SocketIoNamespace::end(std::string_view reason) {
  stop();
  if (plugins_ != nullptr) plugins_->disconnected(reason);
  retire(reason);
}

void SocketIoNamespace::say_hello() {
  std::string greeting = R"({"client_id":)";
  seneca::append_json_string(greeting, sid_);
  greeting += ",\"server_time\":\"" + format_rfc3339(session_.services().clock.wall_us()) + "\"}";
  push_event("connection_established", '[' + greeting + ']');
}

Status SocketIoNamespace::try_join(const std::string& room) {
  if (!is_valid_room(room))
    return fail("bad_room", "room", "a room has 1 to 200 bytes without control characters, * or >");
  if (std::any_of(rooms_.begin(), rooms_.end(), [&](const Membership& each) { return each.room == room; }))
    return {};
  if (rooms_.size() >= kMaxRooms)
    return fail("too_many_rooms", "room", "a client can be in at most 64 rooms");
  if (!hub().join(name_, room, *this)) return fail("room_full", "room", "Room " + room + " is full");
  const bool watched = accepted_ && report_joined(session_.services(), name_, room, sid_);
  rooms_.push_back({room, next_offset(), watched});
  tell_room("room_joined", room);
  return {};
}

Status SocketIoNamespace::try_leave(std::string_view room) {
  const auto found = std::find_if(rooms_.begin(), rooms_.end(),
                                  [room](const Membership& each) { return each.room == room; });
  if (found == rooms_.end()) return fail("not_joined", "room", "the client is not in this room");
  hub().leave(name_, room, *this);
  if (found->watched) report_left(session_.services(), name_, room, sid_);
  rooms_.erase(found);
  tell_room("room_left", room);
  return {};
}

Status SocketIoNamespace::add(Selection selection) {
  const bool known = std::any_of(subscriptions_.begin(), subscriptions_.end(),
                                 [&](const auto& each) { return each.selection->key == selection.key; });
  if (known) return {};
  if (subscriptions_.size() >= kMaxSubscriptions)
    return fail("too_many_subscriptions", "subscribe", "a client can have at most 64 subscriptions");
  auto shared = std::make_shared<const Selection>(std::move(selection));
  subscriptions_.push_back({hub().subscribe(std::move(shared), *this), next_offset()});
  return {};
}

bool SocketIoNamespace::remove(const Selection* selection) {
  const size_t removed = std::erase_if(subscriptions_, [&](const auto& each) {
    if (selection != nullptr && each.selection->key != selection->key) return false;
    hub().unsubscribe(*each.selection, *this);
    return true;
  });
  return selection == nullptr || removed > 0;
}

// Rooms of other namespaces than "/" are shown with theirs: "/admin:general".
std::string SocketIoNamespace::shown(const std::string& name) const {
  return name_ == "/" ? name : name_ + ":" + name;
}

std::vector<std::string> SocketIoNamespace::room_names() const {
  std::vector<std::string> names;
  for (const Membership& each : rooms_) names.push_back(each.room);
  return names;
}

void SocketIoNamespace::describe_to(SessionInfo& info) const {
  for (const Membership& each : rooms_) info.rooms.push_back(shown(each.room));
  for (const Subscription& each : subscriptions_)
    info.subscriptions.push_back(shown(describe(*each.selection)));
}

Interest SocketIoNamespace::interest_in(const Event& event) const {
  const RouteTable& routes = session_.services().hub.routes();
  const uint64_t pages_from = is_emission(event.type()) ? 0 : session_.services().hub.pages_from();
  // A page hears live events only.
  const auto kind = [&event](uint64_t from) {
    return event.is_backfill() || event.offset() < from ? Interest::Kind::too_late : Interest::Kind::wanted;
  };
  const AccessRef allowed = access();
  Interest interest;
  if (allowed != nullptr && !is_emission(event.type()) && !may_see(*allowed, routes, event)) return interest;
  const bool excepted = std::any_of(rooms_.begin(), rooms_.end(), [&](const Membership& each) {
    return excepts_room(event, name_, each.room);
  });
  if (!excepted && goes_to_room(routes, event, name_, ""))
    interest.prefer({kind(from_), "namespace " + name_});
  for (const Membership& each : rooms_)
    if (!excepted && goes_to_room(routes, event, name_, each.room))
      interest.prefer({kind(std::max(each.from, pages_from)), "room " + shown(each.room)});
  for (const Subscription& each : subscriptions_)
    if (each.selection->matches(routes, event))
      interest.prefer({kind(each.from), shown(describe(*each.selection))});
  return interest;
}

}  // namespace relay
