#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace relay {

/// Something that admins hear, made once for all of them. Immutable; threads share it.
struct AdminNews {
  enum class Kind : uint8_t {
    state,    ///< who is connected, and where: an admin that misses one shows something false
    traffic,  ///< what a client sent or was sent: given up for an admin that is behind
    stats,    ///< the same; comes from no shard
    sockets,  ///< the sockets of a shard, for one admin
    stale,    ///< state was left out: everybody asks again for all sockets
  };
  Kind kind = Kind::state;
  size_t shard = 0;                  ///< where it comes from
  std::vector<std::string> packets;  ///< Socket.IO packets, in this order
  std::string session;               ///< sockets: whose admin asked
  std::string sockets;               ///< sockets: JSON objects with commas between them
};

using AdminNewsRef = std::shared_ptr<const AdminNews>;

/// What Engine.IO clients of a shard did, counted while the Admin UI is enabled.
struct AdminTraffic {
  uint64_t opened = 0;
  std::map<std::string, uint64_t> closed;  ///< by reason
  uint64_t packets_in = 0, packets_out = 0, bytes_in = 0, bytes_out = 0;
  uint64_t left_out = 0;  ///< news that were too many
};

}  // namespace relay
