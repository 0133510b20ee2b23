#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "socketio-redis/order.h"

namespace socketio_redis {

/// What `@socket.io/redis-emitter` publishes, and servers with `@socket.io/redis-adapter` to each other.
/// Pure.

/// An emission: MessagePack of `[uid, {type: 2, data: [event, ...args], nsp}, {rooms, except, flags}]`.
/// Nothing when none of its rooms has a name, so that it reaches nobody. Error `bad_message` for all else.
[[nodiscard]] relay::Result<std::optional<Order>> decode_emission(std::string_view message);

/// A request, which is JSON: `{type: 2|3, opts: {rooms, except}, rooms}` to join or leave, `{type: 4, opts,
/// close}` to disconnect; the namespace is in the name of its channel. Nothing when it reaches nobody, and
/// for what servers ask each other. Error `server_side_emit` for an event to the servers' code, of which the
/// relay has none; `bad_message` for what is no request.
[[nodiscard]] relay::Result<std::optional<Order>> decode_request(std::string_view name_space,
                                                                 std::string_view message);

}  // namespace socketio_redis
