#include "socketio-redis/redis_emitter.h"

#include <string>
#include <vector>

#include "codec/msgpack.h"
#include "event/json_check.h"

namespace socketio_redis {
namespace {

using relay::Result;
using seneca::JsonView;
using Decoded = Result<std::optional<Order>>;

constexpr int64_t kEventPacket = 2;

enum Request : int64_t { kJoin = 2, kLeave = 3, kDisconnect = 4, kServerSideEmit = 6 };

// Rooms, and who of them is left out. False when that is nobody: `to(undefined)` is not to everybody.
Result<bool> add_targets(OrderData& data, const JsonView& options) {
  const JsonView rooms = options.get("rooms");
  if (!rooms.is_array()) return bad_message("it does not say to which rooms");
  const auto named = data.add_names("rooms", rooms);
  if (!named) return tl::unexpected(named.error());
  if (const auto except = data.add_names("except", options.get("except")); !except)
    return tl::unexpected(except.error());
  return *named > 0 || rooms.size() == 0;
}

Decoded change_rooms(OrderData data, std::string_view word, const JsonView& request) {
  const auto named = data.add_names(word, request.get("rooms"));
  if (!named) return tl::unexpected(named.error());
  if (*named == 0) return bad_message("it names no rooms to " + std::string(word));
  return Order{"seneca." + std::string(word), data.take()};
}

}  // namespace

Decoded decode_emission(std::string_view message) {
  std::vector<std::string> attachments;
  const auto json = relay::msgpack_to_json(message, attachments, kMaxAttachments);
  if (!json) return bad_message("it is no MessagePack of Socket.IO: " + json.error().message);
  const JsonView packet = JsonView(*json).at(1), options = JsonView(*json).at(2);
  const JsonView arguments = packet.get("data");
  if (packet.get("type").integer() != kEventPacket || !arguments.at(0).is_string())
    return bad_message("it is no packet with an event");

  OrderData data;
  const JsonView name_space = packet.get("nsp");
  data.add("namespace", name_space.is_string() ? name_space.raw() : "\"/\"");
  const auto somebody = add_targets(data, options);
  if (!somebody) return tl::unexpected(somebody.error());
  if (!*somebody) return std::nullopt;
  data.add("event", arguments.at(0).raw());
  data.add("args", array_from(arguments, 1));
  if (options.pointer("/flags/volatile").boolean()) data.add("volatile", "true");
  if (!attachments.empty()) data.add("attachments", base64_array(attachments));
  return Order{"seneca.emit", data.take()};
}

Decoded decode_request(std::string_view name_space, std::string_view message) {
  if (relay::check_json(message) != relay::JsonFault::none) return bad_message("it is no JSON");
  const JsonView request(message);
  const int64_t type = request.get("type").integer(-1);
  if (type < 0) return bad_message("it is no request");
  if (type == kServerSideEmit)
    return relay::fail("server_side_emit", "request",
                       "serverSideEmit reaches the code of Socket.IO servers; the relay has none to tell");
  if (type != kJoin && type != kLeave && type != kDisconnect) return std::nullopt;

  OrderData data;
  std::string quoted;
  seneca::append_json_string(quoted, name_space);
  data.add("namespace", quoted);
  const auto somebody = add_targets(data, request.get("opts"));
  if (!somebody) return tl::unexpected(somebody.error());
  if (!*somebody) return std::nullopt;
  if (type != kDisconnect) return change_rooms(std::move(data), type == kJoin ? "join" : "leave", request);
  data.add("close", request.get("close").boolean() ? "true" : "false");
  return Order{"seneca.disconnect", data.take()};
}

}  // namespace socketio_redis
