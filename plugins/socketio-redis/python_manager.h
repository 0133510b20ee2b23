#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "socketio-redis/order.h"

namespace socketio_redis {

/// What python-socketio's RedisManager publishes, also for Flask-SocketIO: a pickle, from version 5.14 on
/// JSON. Pure.
///
/// Nothing for what reaches nobody (an empty list of rooms, the answer to a callback). Error `callback` for
/// an emission that waits for an answer, which the relay could not bring back; `bad_pickle` and `bad_message`
/// for what is no message of a manager.
[[nodiscard]] relay::Result<std::optional<Order>> decode_manager_message(std::string_view message);

}  // namespace socketio_redis
