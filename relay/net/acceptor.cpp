#include "net/acceptor.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace relay {
namespace {

constexpr int kAcceptsPerWake = 64;
constexpr int64_t kPauseUs = 100000;

}  // namespace

Acceptor::Acceptor(const Surroundings& surroundings, Take take)
    : around_(surroundings), take_(std::move(take)) {}

Acceptor::~Acceptor() { close_listeners(); }

void Acceptor::open(const std::vector<int>& listeners) {
  listeners_ = listeners;
  for (const int fd : listeners) {
    auto poll = std::make_unique<uv_poll_t>();
    poll->data = this;
    uv_poll_init(&around_.loop, poll.get(), fd);
    polls_.push_back(std::move(poll));
  }
  resume();
}

void Acceptor::stop() {
  stopped_ = true;
  pause();
}

void Acceptor::resume() {
  if (stopped_) return;
  for (const auto& poll : polls_) {
    uv_poll_start(poll.get(), UV_READABLE, [](uv_poll_t* handle, int, int) {
      uv_os_fd_t fd = -1;
      uv_fileno(reinterpret_cast<uv_handle_t*>(handle), &fd);
      static_cast<Acceptor*>(handle->data)->accept_some(fd);
    });
  }
}

void Acceptor::pause() {
  for (const auto& poll : polls_) uv_poll_stop(poll.get());
}

void Acceptor::accept_some(int listener) {
  for (int i = 0; i < kAcceptsPerWake; ++i) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      take_(fd);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return;
    ++failures_;
    around_.logger.warn("net",
                        std::string("cannot accept: ") + std::strerror(errno) + "; pausing for 100 ms");
    pause();
    around_.timers.arm(pause_over_, around_.clock.monotonic_us() + kPauseUs);
    return;
  }
}

void Acceptor::on_pause_over(int64_t) { resume(); }

void Acceptor::close_handles() {
  stopped_ = true;
  pause_over_.disarm();
  for (const auto& poll : polls_) uv_close(reinterpret_cast<uv_handle_t*>(poll.get()), nullptr);
}

void Acceptor::close_listeners() {
  polls_.clear();
  for (const int fd : std::exchange(listeners_, {})) close(fd);
}

}  // namespace relay
