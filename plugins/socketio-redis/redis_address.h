#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace socketio_redis {

/// Where Redis is, and as whom to speak to it.
struct RedisAddress {
  std::string host;  ///< or, for a socket, ""
  uint16_t port = 6379;
  std::string path;  ///< of a Unix socket, or ""
  std::string user, password;

  /// "127.0.0.1:6379" or the path: nothing secret.
  [[nodiscard]] std::string to_string() const;
};

/// Reads `redis://[[user]:password@]host[:port][/db]` or `unix:///path`. The number of the database is taken
/// and not used: channels belong to none. Error `bad_url`.
[[nodiscard]] relay::Result<RedisAddress> parse_redis_url(std::string_view url);

}  // namespace socketio_redis
