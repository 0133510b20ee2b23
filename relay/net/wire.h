#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace relay {

/// The socket under a connection. Implemented over libwebsockets by the shard, in memory by tests. [shard]
class Wire {
 public:
  virtual ~Wire() = default;
  /// Takes all of `pieces`: what the socket does not, is kept and sent first. False: the socket is dead.
  /// Must not be called while `blocked`.
  [[nodiscard]] virtual bool write(std::span<const std::string_view> pieces) = 0;
  /// The last write left a rest behind; `Connection::on_writable` tells when it is gone.
  [[nodiscard]] virtual bool blocked() const = 0;
  virtual void pause_reading(bool paused) = 0;
  /// The socket dies when what was written is not acknowledged for this long.
  virtual void limit_unacknowledged(int64_t milliseconds) = 0;
  /// Ends our half; what the peer still sends is read and thrown away.
  virtual void finish_writing() = 0;
  /// Closes the socket soon, from a clean stack; `Connection::on_closed` follows.
  virtual void kill() = 0;
};

}  // namespace relay
