#include "cli/client/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <utility>

namespace relay {
namespace {

// The only global: a signal handler can be reached in no other way.
std::atomic<int> signal_pipe{-1};

extern "C" void forward_signal(int) {
  const int saved = errno;
  const char byte = 1;
  if (::write(signal_pipe.load(), &byte, 1) < 0) errno = saved;
  errno = saved;
}

void handle_signals(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt(ClientLoop& loop, std::function<void()> interrupted)
    : interrupted_(std::move(interrupted)) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;  // the default action still ends the program
  read_end_ = ends[0];
  write_end_ = ends[1];
  watch_ = std::make_unique<ReadableWatch>(loop, read_end_, [this] {
    char byte = 0;
    if (::read(read_end_, &byte, 1) == 1) interrupted_();
    return true;
  });
  signal_pipe = write_end_;
  handle_signals(forward_signal, static_cast<int>(SA_RESETHAND));
}

Interrupt::~Interrupt() {
  if (read_end_ < 0) return;
  handle_signals(SIG_DFL, 0);
  signal_pipe = -1;
  ::close(read_end_);
  ::close(write_end_);
}

}  // namespace relay
