#include "session/socket_io_namespace.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "event/envelope.h"
#include "session/describe.h"
#include "session/frame_cache.h"
#include "session/socket_io_session.h"

namespace relay {
namespace {

bool is_valid_role(std::string_view role) {
  constexpr size_t kMaxRole = 32;
  return !role.empty() && role.size() <= kMaxRole &&
         role.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-") == std::string_view::npos;
}

}  // namespace

SocketIoNamespace::SocketIoNamespace(SocketIoSession& session, std::string name, std::string sid)
    : session_(session), name_(std::move(name)), sid_(std::move(sid)) {}

SocketIoNamespace::~SocketIoNamespace() {
  ShardHub& hub = session_.services().hub;
  for (const std::string& room : rooms_) hub.leave(name_, room, *this);
  for (const auto& selection : selections_) hub.unsubscribe(*selection, *this);
}

Status SocketIoNamespace::enter(std::string_view role) {
  if (role.empty()) role = "observer";
  if (!is_valid_role(role)) return fail("bad_role", "role", "Invalid role: use 1 to 32 of a-z, _ and -");
  const std::string& default_room = session_.services().config->rooms.default_room;
  for (const std::string& room : {sid_, default_room, std::string(role) + "s"})
    if (Status joined = join(room); !joined) return joined;
  return {};
}

void SocketIoNamespace::greet() {
  std::string greeting = R"({"client_id":)";
  seneca::append_json_string(greeting, sid_);
  greeting += ",\"server_time\":\"" + format_rfc3339(session_.services().clock.wall_us()) + "\"}";
  std::string packet;
  append_socket_io_event(packet, name_, "connection_established", greeting);
  session_.push_packet(packet);
}

Status SocketIoNamespace::join(const std::string& room) {
  if (!is_valid_room(room))
    return fail("bad_room", "room", "a room has 1 to 200 bytes without control characters, * or >");
  if (std::find(rooms_.begin(), rooms_.end(), room) != rooms_.end()) return {};
  if (rooms_.size() >= kMaxRooms)
    return fail("too_many_rooms", "room", "a client can be in at most 64 rooms");
  if (!session_.services().hub.join(name_, room, *this))
    return fail("room_full", "room", "Room " + room + " is full");
  rooms_.push_back(room);
  return {};
}

Status SocketIoNamespace::leave(std::string_view room) {
  const auto found = std::find(rooms_.begin(), rooms_.end(), room);
  if (found == rooms_.end()) return fail("not_joined", "room", "the client is not in this room");
  session_.services().hub.leave(name_, room, *this);
  rooms_.erase(found);
  return {};
}

void SocketIoNamespace::deliver(const RoutedBatch& batch, const RoutedEvent& event,
                                const Delivery* delivery) {
  FrameCache& frames = session_.services().frames;
  session_.push(event.event->priority(),
                delivery != nullptr ? frames.socket_io(batch, event, *delivery, session_.coding())
                                    : frames.socket_io_subscribed(event.event, name_, session_.coding()));
}

void SocketIoNamespace::missed(uint64_t from, uint64_t to) { session_.missed(*this, from, to); }

void SocketIoNamespace::describe_to(SessionInfo& info) const {
  // Rooms of other namespaces than "/" are shown with theirs: "/admin:general".
  const std::string prefix = name_ == "/" ? "" : name_ + ":";
  for (const std::string& room : rooms_) info.rooms.push_back(prefix + room);
  for (const auto& selection : selections_) info.subscriptions.push_back(prefix + describe(*selection));
}

}  // namespace relay
