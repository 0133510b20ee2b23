#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace socketio_redis {

/// Tells a thread that waits on a descriptor to end. Raised once, from any thread.
class StopSignal {
 public:
  /// Throws when the process has no descriptor left.
  StopSignal() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~StopSignal() { close(fd_); }
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  void raise() {
    raised_ = true;
    const uint64_t one = 1;
    [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
  }
  [[nodiscard]] bool raised() const { return raised_; }

  /// Waits until `fd` is ready for `events` (POLLIN, POLLOUT) or in trouble; false when the time is over or
  /// the signal is raised. A negative `fd` only waits, a negative time for ever.
  [[nodiscard]] bool wait(int fd, int16_t events, int timeout_ms) const {
    pollfd both[] = {{fd_, POLLIN, 0}, {fd, events, 0}};
    return poll(both, 2, timeout_ms) > 0 && !raised_ && both[1].revents != 0;
  }

 private:
  const int fd_;
  std::atomic<bool> raised_ = false;
};

}  // namespace socketio_redis
