#pragma once

#include <optional>
#include <string>

#include "base/ip_address.h"

namespace relay {

/// Who is at the other end of a socket, before anything was asked for.
struct Peer {
  std::string address = "unknown";  ///< "127.0.0.1:51234", "[::1]:51234"
  std::optional<IpAddress> ip;
  bool encrypted = false;  ///< what is said comes through TLS
};

/// The peer of a connected socket.
[[nodiscard]] Peer peer_of(int fd);

}  // namespace relay
