#include <algorithm>
#include <array>
#include <utility>

#include "session/admin_client.h"
#include "session/authentication.h"
#include "session/client_envelope.h"
#include "session/permission.h"
#include "session/presence_watch.h"
#include "session/socket_io_namespace.h"
#include "session/socket_io_session.h"

namespace relay {
namespace {

using seneca::JsonView;

std::string refusal(const Error& error) {
  std::string json = R"({"ok":false,"code":)";
  seneca::append_json_string(json, error.code);
  json += ",\"message\":";
  seneca::append_json_string(json,
                             error.subject.empty() ? error.message : error.subject + ": " + error.message);
  return json += '}';
}

// "general" or {"room":"general"}.
std::string room_of(const JsonView& argument) {
  return argument.is_object() ? argument.get("room").string() : argument.string();
}

// A text or an array of texts.
std::vector<std::string> texts_of(const JsonView& value) {
  std::vector<std::string> texts;
  if (value.is_string()) texts.push_back(value.string());
  for (const JsonView& item : value.items()) texts.push_back(item.string());
  return texts;
}

std::string filter_of(const JsonView& value) {
  return value.is_string() ? value.string() : std::string(value.raw());
}

}  // namespace

Result<Selection> SocketIoNamespace::selection_of(const JsonView& argument) const {
  if (!argument.is_object()) return Selection::make(texts_of(argument), "", {});
  Result<Selection> selection = Selection::make(
      texts_of(argument.get("match")), filter_of(argument.get("filter")), texts_of(argument.get("rooms")));
  if (const JsonView as = argument.get("as"); selection && as.is_string())
    selection->deliver_as(as.string(), name_);
  return selection;
}

SocketIoNamespace::Handler SocketIoNamespace::find_handler(const JsonView& name) {
  static constexpr std::array<std::pair<std::string_view, Handler>, 9> kHandlers = {{
      {"join", &SocketIoNamespace::on_join},
      {"join_room", &SocketIoNamespace::on_join},
      {"leave", &SocketIoNamespace::on_leave},
      {"leave_room", &SocketIoNamespace::on_leave},
      {"subscribe", &SocketIoNamespace::on_subscribe},
      {"unsubscribe", &SocketIoNamespace::on_unsubscribe},
      {"publish", &SocketIoNamespace::on_publish},
      {"presence", &SocketIoNamespace::on_presence},
      {"authenticate", &SocketIoNamespace::on_authenticate},
  }};
  for (const auto& [known, handler] : kHandlers)
    if (name.equals(known)) return handler;
  return nullptr;
}

void SocketIoNamespace::receive(const SocketIoPacket& packet, const std::vector<std::string>& attachments) {
  if (ended_) return;
  if (packet.type == SocketIoType::event || packet.type == SocketIoType::binary_event)
    receive_event(packet, attachments);
  else if (packet.has_id && plugins_ != nullptr)
    plugins_->replied(packet.id, {packet.payload.empty() ? "[]" : packet.payload,
                                  {attachments.begin(), attachments.end()}});
}

void SocketIoNamespace::receive_event(const SocketIoPacket& packet,
                                      const std::vector<std::string>& attachments) {
  // What it brings is for nobody else to see: neither admins nor plugins.
  const JsonView name = JsonView(packet.payload).at(0);
  const bool is_token = admin_ == nullptr && who_ != nullptr && name.equals("authenticate");
  if (!is_token) tell_received(packet.payload);
  Status done;
  if (is_token)
    done = answer(packet);
  else if (admin_ != nullptr)
    done = obey(packet);
  else if (const Result<bool> handled = offer_to_plugins(packet, attachments); !handled)
    done = tl::unexpected<Error>(handled.error());
  else if (*handled)
    return;
  else
    done = answer(packet);
  if (done) return;
  ++session_.services().counters.messages_refused;
  if (packet.has_id) send_ack(packet.id, refusal(done.error()));
}

// The relay's own events.
Status SocketIoNamespace::answer(const SocketIoPacket& packet) {
  const JsonView arguments(packet.payload);
  const Handler handler = find_handler(arguments.at(0));
  if (packet.attachments > 0)
    return fail("binary_unsupported", "event",
                "events with binary arguments are not taken; send JSON or base64 text");
  if (handler == nullptr)
    return fail(
        "unknown_event", "event",
        "no plugin answers it, and the relay answers join, leave, subscribe, unsubscribe, publish and "
        "presence");
  return (this->*handler)({arguments.at(1), arguments.at(2), packet.has_id, packet.id});
}

Status SocketIoNamespace::on_join(const ClientEvent& event) {
  const std::string room = room_of(event.first);
  Status done = check_room(access().get(), {name_, room});
  if (done) done = try_join(room);
  if (done) confirm(event);
  return done;
}

Status SocketIoNamespace::on_leave(const ClientEvent& event) {
  Status done = try_leave(room_of(event.first));
  if (done) confirm(event);
  return done;
}

Status SocketIoNamespace::on_subscribe(const ClientEvent& event) {
  Result<Selection> selection = selection_of(event.first);
  if (!selection) return tl::unexpected<Error>(selection.error());
  Status done = check_selection(access().get(), *selection, name_);
  if (done) done = add(std::move(*selection));
  if (done) confirm(event);
  return done;
}

// Without argument: all of them.
Status SocketIoNamespace::on_unsubscribe(const ClientEvent& event) {
  const Result<Selection> selection = selection_of(event.first);
  if (!selection) return tl::unexpected<Error>(selection.error());
  if (!remove(event.first ? &*selection : nullptr))
    return fail("unknown_sub", "unsubscribe", "there is no such subscription");
  confirm(event);
  return {};
}

// publish(event), publish([events]) or publish(type, data).
Status SocketIoNamespace::on_publish(const ClientEvent& event) {
  std::string typed;
  std::string_view json = event.first.raw();
  if (event.first.is_string()) {
    typed = R"({"type":)";
    typed += json;
    typed += ",\"data\":";
    typed += event.second ? event.second.raw() : std::string_view("null");
    json = typed += '}';
  }
  if (json.empty()) return fail("missing_field", "event", "is missing; give an event, or a type and data");
  Result<std::vector<EventRef>> events =
      parse_checked_events(json, client_envelope(session_.services(), "/socket.io"));
  if (!events) return tl::unexpected<Error>(events.error());
  if (Status allowed = check_publish(access().get(), *events); !allowed) return allowed;
  if (events->empty()) {
    confirm(event);
    return {};
  }
  session_.publish(*this, std::move(*events), event.has_ack, event.ack);
  return {};
}

// Without an acknowledgement there is nobody to tell.
Status SocketIoNamespace::on_presence(const ClientEvent& event) {
  const std::string room = room_of(event.first);
  if (Status allowed = check_room(access().get(), {name_, room}); !allowed) return allowed;
  if (Status watched = check_watched(*session_.services().config, room); !watched) return watched;
  if (!event.has_ack || session_.ask_presence(*this, room, event.ack)) return {};
  return fail("busy", room, "too many ask at once; ask again in a moment");
}

// authenticate({"token":…}) or authenticate(token): subscriptions and rooms stay, as far as they are allowed.
Status SocketIoNamespace::on_authenticate(const ClientEvent& event) {
  const JsonView token = event.first.is_object() ? event.first.get("token") : event.first;
  Result<IdentityRef> fresh = renewed_identity(session_.services(), who_.get(), token.string());
  if (!fresh) return tl::unexpected<Error>(fresh.error());
  adopt(std::move(*fresh));
  std::vector<std::string> rooms = room_names();
  for (const std::string& room : rooms)
    if (room != sid_ && !who_->access->may_join({name_, room})) (void)try_leave(room);
  confirm(event);
  return {};
}

void SocketIoNamespace::tell_presence(uint64_t id, std::string_view members) {
  send_ack(id, R"({"ok":true,)" + std::string(members) + '}');
}

void SocketIoNamespace::confirm(const ClientEvent& event) {
  if (event.has_ack) send_ack(event.ack, R"({"ok":true})");
}

void SocketIoNamespace::acknowledge(uint64_t id, const PublishResult& result) {
  if (!result.unkept.empty()) return send_ack(id, refusal({result.unkept, "journal", std::string(kUnkept)}));
  if (result.rejected > 0) {
    const std::string reason = result.reason.empty() ? "a plugin refused the event" : result.reason;
    return send_ack(id, refusal({"rejected", "", reason}));
  }
  send_ack(id, R"({"ok":true,"offset":)" + std::to_string(result.last_offset) + "}");
}

void SocketIoNamespace::send_ack(uint64_t id, std::string_view json) {
  session_.push_packet(encode_socket_io_ack(name_, id, '[' + std::string(json) + ']'));
}

}  // namespace relay
