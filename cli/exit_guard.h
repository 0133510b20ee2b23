#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "cli/exit_codes.h"
#include "cli/output/stream.h"

namespace relay {

/// While there is one, exit() of whatever thread says so on stderr and ends the process with `check_failed`
/// at once: a plugin in the relay's process that calls it would else end the relay as if all were well, and
/// nobody would start it again. The relay itself returns from main. One at a time.
class ExitGuard {
 public:
  ExitGuard() {
    is_there_ = true;
    std::atexit([] {
      if (!is_there_) return;
      write_stderr(
          "senecactl serve: a plugin called exit(); `senecactl plugin verify` finds out which, and with "
          "\"isolation\": \"process\" it ends nobody else [plugin_exited]\n");
      ::_exit(static_cast<int>(ExitCode::check_failed));
    });
  }
  ~ExitGuard() { is_there_ = false; }
  ExitGuard(const ExitGuard&) = delete;
  ExitGuard& operator=(const ExitGuard&) = delete;

 private:
  inline static std::atomic<bool> is_there_ = false;
};

}  // namespace relay
