#pragma once

#include <uv.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/timer_wheel.h"
#include "net/accepted_socket.h"

namespace relay {

/// The sid in the first line of a request that makes a WebSocket of a polling client's session, or "".
[[nodiscard]] std::string_view upgraded_sid(std::string_view first_bytes);

/// Looks at the first bytes of accepted sockets and hands those that upgrade a session to the shard that has
/// the session. It must be done before libwebsockets has the socket, as that gives none back; the bytes stay
/// in the socket (MSG_PEEK). With TLS the handshake is done here, and what was read goes along. Used by
/// relays of several shards only. [shard]
///
/// What comes in pieces stays on this shard; who says nothing for kPatienceUs is closed.
class SocketSorter {
 public:
  struct Surroundings {
    uv_loop_t& loop;
    TimerWheel& timers;
    const Clock& clock;
  };
  /// Gets every socket once, with the sid it wants to upgrade or "". The view lasts for the call.
  using Take = std::function<void(const AcceptedSocketRef& socket, std::string_view sid)>;

  SocketSorter(const Surroundings& surroundings, Take take);
  ~SocketSorter();

  void add(AcceptedSocketRef socket);
  [[nodiscard]] size_t size() const { return waiting_.size(); }
  /// Closes all that wait; their handles end in further turns of the loop.
  void close();

 private:
  struct Waiting;
  void look(int fd);
  void negotiate(int fd);
  void give_up(int fd);
  AcceptedSocketRef forget(int fd);

  static constexpr int64_t kPatienceUs = 5'000'000;

  const Surroundings around_;
  const Take take_;
  std::unordered_map<int, std::unique_ptr<Waiting>> waiting_;  // by descriptor
};

}  // namespace relay
