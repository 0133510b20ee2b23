#include "cli/output/stream.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace relay {

WriteOutcome write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EPIPE) {
      return WriteOutcome::reader_gone;
    } else if (errno == EAGAIN) {  // somebody else made the shared terminal non-blocking
      pollfd wait{fd, POLLOUT, 0};
      ::poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return WriteOutcome::failed;
    }
  }
  return WriteOutcome::ok;
}

WriteOutcome write_stdout(std::string_view text) { return write_all(STDOUT_FILENO, text); }

void write_stderr(std::string_view text) { write_all(STDERR_FILENO, text); }

ExitCode write_failure(WriteOutcome outcome, std::string_view program) {
  if (outcome == WriteOutcome::reader_gone) return ExitCode::ok;
  write_stderr(std::string(program) + ": cannot write to stdout: " + std::strerror(errno) + "\n");
  return ExitCode::cannot_write;
}

bool stdout_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

bool use_color(ColorMode mode) {
  if (mode != ColorMode::automatic) return mode == ColorMode::always;
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  if (no_color && *no_color) return false;
  return stdout_is_terminal() && terminal && std::string_view(terminal) != "dumb";
}

size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void Notices::line(std::string_view text) const { write_stderr(program_ + ": " + std::string(text) + "\n"); }

}  // namespace relay
