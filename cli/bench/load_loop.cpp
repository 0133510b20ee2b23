#include "cli/bench/load_loop.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace relay {
namespace {

// Below this a sleeping thread would wake too late for the schedule.
constexpr int64_t kSpinNs = 80'000;

sigset_t end_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGTERM);
  return set;
}

void control(int epoll, int operation, int fd, Pollable* pollable, bool writable) {
  epoll_event event{};
  event.events = EPOLLIN | (writable ? EPOLLOUT : 0u);
  event.data.ptr = pollable;
  ::epoll_ctl(epoll, operation, fd, &event);
}

}  // namespace

Result<std::unique_ptr<LoadLoop>> LoadLoop::make() {
  std::unique_ptr<LoadLoop> loop(new LoadLoop);
  const sigset_t set = end_signals();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  loop->epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  loop->signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (loop->epoll_ < 0 || loop->signals_ < 0)
    return fail("no_descriptors", "epoll",
                "cannot start the load client: " + std::string(std::strerror(errno)));
  control(loop->epoll_, EPOLL_CTL_ADD, loop->signals_, nullptr, false);
  return loop;
}

LoadLoop::~LoadLoop() {
  if (signals_ >= 0) ::close(signals_);
  if (epoll_ >= 0) ::close(epoll_);
  const sigset_t set = end_signals();
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

void LoadLoop::watch(int fd, Pollable& pollable, bool writable) {
  control(epoll_, EPOLL_CTL_ADD, fd, &pollable, writable);
}

void LoadLoop::change(int fd, Pollable& pollable, bool writable) {
  control(epoll_, EPOLL_CTL_MOD, fd, &pollable, writable);
}

bool LoadLoop::turn(int64_t until_ns) {
  std::array<epoll_event, 512> events;
  const int64_t left_ns = until_ns - now_ns();
  const int64_t wait_ns = left_ns <= kSpinNs ? 0 : left_ns - kSpinNs / 2;
  const timespec wait{wait_ns / kNsPerSecond, wait_ns % kNsPerSecond};
  const int count = ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &wait, nullptr);
  for (int i = 0; i < count; ++i) {
    auto* const pollable = static_cast<Pollable*>(events[static_cast<size_t>(i)].data.ptr);
    if (pollable == nullptr)
      take_signal();
    else
      pollable->on_events(events[static_cast<size_t>(i)].events);
  }
  return !interrupted_;
}

void LoadLoop::take_signal() {
  signalfd_siginfo info{};
  if (::read(signals_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return;
  interrupted_ = true;
  const sigset_t set = end_signals();
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace relay
