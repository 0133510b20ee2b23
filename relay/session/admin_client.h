#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/socket_io.h"
#include "event/event.h"
#include "session/admin_feed.h"

namespace relay {

class SocketIoSession;

/// One who has logged in to the Admin UI: what it is shown, and what its commands are. Owned by its
/// SocketIoNamespace. [shard]
///
/// While the sockets of all shards are collected for it, a shard that has not answered yet is not listened
/// to, as its answer will say it all; the news of the others wait (kMaxHeld, beyond which it asks again).
class AdminClient {
 public:
  static constexpr size_t kMaxHeld = 1024;

  AdminClient(SocketIoSession& session, AdminFeed& feed);
  ~AdminClient();
  AdminClient(const AdminClient&) = delete;
  AdminClient& operator=(const AdminClient&) = delete;

  /// It has been let in: `session`, if there is a new one, `config`, and in time `all_sockets`.
  void greet(std::string_view session_id);
  void take(const AdminNews& news);
  /// What an event from it asks for, as an emission to be published. Stable codes: `read_only`,
  /// `unknown_event`, `binary_unsupported`, and those of parse_emission.
  [[nodiscard]] Result<EventRef> command(const SocketIoPacket& packet) const;

 private:
  void collect();
  void answered(const AdminNews& news);
  void finish();
  void push(const AdminNews& news);

  SocketIoSession& session_;
  AdminFeed& feed_;
  std::vector<bool> missing_;  // shards whose sockets have not come; empty: nothing is being collected
  std::string sockets_;
  std::vector<AdminNews> held_;
  size_t stats_while_collecting_ = 0;
  bool stale_ = false;  // to be collected again
};

}  // namespace relay
