#include <string>

#include "codec/socket_io.h"
#include "codec/socket_io_placeholder.h"
#include "session/admin_client.h"
#include "session/socket_io_namespace.h"
#include "session/socket_io_session.h"

// What session plugins see of a Socket.IO client, and do for it.

namespace relay {
namespace {

using seneca::JsonView;

// `["name",1,2]` without its first element.
std::string arguments_behind(const JsonView& name, std::string_view payload) {
  const char* const end = name.raw().data() + name.raw().size();
  std::string_view rest = payload.substr(static_cast<size_t>(end - payload.data()));
  rest.remove_prefix(std::min(rest.find_first_of(",]"), rest.size()));
  if (rest.starts_with(',')) rest.remove_prefix(1);
  return '[' + std::string(rest);
}

bool can_be_sent(const ClientArgs& args) {
  return placeholders_in_range(args.json, static_cast<uint32_t>(args.attachments.size()));
}

}  // namespace

Result<bool> SocketIoNamespace::offer_to_plugins(const SocketIoPacket& packet,
                                                 const std::vector<std::string>& attachments) {
  if (plugins_ == nullptr || packet.payload.empty()) return false;
  const JsonView name = JsonView(packet.payload).at(0);
  const std::string text = name.is_string() ? name.string() : std::string(name.raw());
  const std::string arguments = arguments_behind(name, packet.payload);
  SessionPlugin::Event event;
  event.name = text;
  event.args = {arguments, {attachments.begin(), attachments.end()}};
  event.wants_reply = packet.has_id;
  event.reply_id = packet.id;
  return plugins_->client_event(event);
}

int32_t SocketIoNamespace::emit(seneca_client& asker, std::string_view name, const ClientArgs& args,
                                const seneca_emit_options& options) {
  if (name.empty() || is_reserved_event_name(name) || !can_be_sent(args)) return SENECA_E_INVALID;
  if (ended_) return SENECA_E_FAILED;
  if (options.is_volatile != 0 && session_.is_behind()) return SENECA_OK;
  uint64_t ack = 0;
  if (options.timeout_ms != 0) {
    ack = plugins_->await_reply(asker, options.reply_id, options.timeout_ms);
    if (ack == 0) return SENECA_E_LIMIT;
  }
  push_event(name, args.json, args.attachments, ack);
  tell_sent(name, args.json);
  return SENECA_OK;
}

int32_t SocketIoNamespace::reply(uint64_t reply_id, const ClientArgs& args) {
  if (!can_be_sent(args)) return SENECA_E_INVALID;
  if (ended_) return SENECA_E_FAILED;
  session_.push_packet(encode_socket_io_ack(name_, reply_id, args.json, args.attachments.size()),
                       args.attachments);
  return SENECA_OK;
}

int32_t SocketIoNamespace::join(std::string_view room) {
  if (ended_) return SENECA_E_FAILED;
  const Status joined = try_join(std::string(room));
  if (joined) return SENECA_OK;
  return joined.error().code == "bad_room" ? SENECA_E_INVALID : SENECA_E_LIMIT;
}

int32_t SocketIoNamespace::leave(std::string_view room) {
  if (ended_) return SENECA_E_FAILED;
  return try_leave(room) ? SENECA_OK : SENECA_E_INVALID;
}

int32_t SocketIoNamespace::subscribe(std::string_view text) {
  Result<Selection> selection = selection_of(JsonView(text));
  if (!selection) return SENECA_E_INVALID;
  if (ended_) return SENECA_E_FAILED;
  return add(std::move(*selection)) ? SENECA_OK : SENECA_E_LIMIT;
}

int32_t SocketIoNamespace::unsubscribe(std::string_view text) {
  const Result<Selection> selection = selection_of(JsonView(text));
  if (!selection) return SENECA_E_INVALID;
  return remove(text.empty() ? nullptr : &*selection) ? SENECA_OK : SENECA_E_INVALID;
}

int32_t SocketIoNamespace::disconnect(bool close) {
  if (ended_) return SENECA_E_FAILED;
  session_.send_away(*this, close);
  return SENECA_OK;
}

}  // namespace relay
