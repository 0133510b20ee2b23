#pragma once

#include <cstdint>
#include <string_view>

#include "codec/frame.h"
#include "session/member_timer.h"
#include "session/shard_services.h"

namespace relay {

/// What an EngineIoLink needs of the session it is part of.
class EngineIoOwner {
 public:
  virtual ~EngineIoOwner() = default;
  virtual void engine_message(std::string_view text) = 0;
  virtual void engine_binary(std::string_view bytes) = 0;
  virtual void engine_send(std::string_view packet) = 0;
  virtual void engine_close(uint16_t code, std::string_view reason) = 0;
  /// The client is not read, so it cannot be heard.
  [[nodiscard]] virtual bool engine_deaf() const = 0;
};

/// Engine.IO 4, whatever carries it: the open packet, heartbeats, and messages taken out of their packets.
/// Knows nothing of Socket.IO. Owned by its session. [shard]
class EngineIoLink {
 public:
  EngineIoLink(EngineIoOwner& owner, ShardServices& services);

  /// `can_upgrade`: it begins by long polling.
  void open(std::string_view sid, bool can_upgrade);
  void receive_text(std::string_view packet);
  void receive_binary(std::string_view bytes) { owner_.engine_binary(bytes); }
  /// A heartbeat that is due happens now. Clients may know the moment to the millisecond.
  void check();
  void stop() { timer_.disarm(); }

 private:
  void await_next_ping();
  void on_timer(int64_t now_us);

  EngineIoOwner& owner_;
  ShardServices& services_;
  bool awaiting_pong_ = false;
  int64_t due_us_ = 0;  ///< the next ping, or the end of waiting for a pong
  MemberTimer<EngineIoLink> timer_{*this, &EngineIoLink::on_timer};
};

}  // namespace relay
