#pragma once

#include <uv.h>

#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/timer_wheel.h"
#include "session/member_timer.h"

namespace relay {

/// Accepts connections on a shard's listeners. [shard]
///
/// libwebsockets' own accept spins on EMFILE and logs without bound, so accepting is ours: out of
/// descriptors, it stops for a moment and leaves newcomers in the kernel's backlog.
class Acceptor {
 public:
  struct Surroundings {
    uv_loop_t& loop;
    TimerWheel& timers;
    const Clock& clock;
    Logger& logger;
  };
  /// Gets a connected socket, non-blocking and its own from then on.
  using Take = std::function<void(int fd)>;

  Acceptor(const Surroundings& surroundings, Take take);
  ~Acceptor();

  /// Takes over `listeners` and starts accepting.
  void open(const std::vector<int>& listeners);
  /// Nobody new from now on; who waits in the backlog is reset when the listeners close.
  void stop();
  /// Before the loop ends: its handles are closed by the loop's last turns.
  void close_handles();
  /// After them: closes the listeners.
  void close_listeners();

  /// Times that a connection could not be accepted.
  [[nodiscard]] uint64_t failures() const { return failures_; }

 private:
  void resume();
  void pause();
  void accept_some(int listener);
  void on_pause_over(int64_t now_us);

  const Surroundings around_;
  const Take take_;
  std::vector<std::unique_ptr<uv_poll_t>> polls_;
  std::vector<int> listeners_;
  MemberTimer<Acceptor> pause_over_{*this, &Acceptor::on_pause_over};
  uint64_t failures_ = 0;
  bool stopped_ = false;
};

}  // namespace relay
