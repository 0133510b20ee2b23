#include "ingest/stop_signal.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace relay {

StopSignal::StopSignal() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

StopSignal::~StopSignal() { close(fd_); }

void StopSignal::raise() {
  const uint64_t one = 1;
  // Fails only when the counter is at its maximum: then the signal is raised anyway.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

bool StopSignal::wait_ms(int timeout_ms) const {
  pollfd wanted{fd_, POLLIN, 0};
  return poll(&wanted, 1, timeout_ms) > 0;
}

}  // namespace relay
