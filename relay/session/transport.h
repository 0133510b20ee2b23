#pragma once

#include <cstdint>
#include <string_view>

namespace relay {

/// The connection under a session, as the session sees it. Implemented by net. [shard]
class Transport {
 public:
  virtual ~Transport() = default;
  /// The outbox has something urgent: all of it is written at the end of this loop iteration.
  virtual void flush_soon() = 0;
  /// The outbox has something: it is written with the shard's next flush, which is at the end of this loop
  /// iteration while the shard has time to spare and up to performance.batch_max_delay_ms later when not.
  virtual void flush_in_turn() = 0;
  /// False while the client has not taken what it was sent before: what is queued now will wait for it.
  [[nodiscard]] virtual bool writable() const = 0;
  /// Sends what the outbox holds, then closes: with WebSocket close `code` and `reason` (at most 123 bytes),
  /// or plainly for SSE. The session gets no further calls but `closed`. Safe to call more than once.
  virtual void close(uint16_t code, std::string_view reason) = 0;
  /// While paused nothing more is read: the peer's own socket buffer pushes back.
  virtual void pause_reading(bool paused) = 0;
  /// WebSocket ping; the peer's pong comes back as Session::pong.
  virtual void ping() = 0;
};

}  // namespace relay
