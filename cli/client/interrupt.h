#pragma once

#include <functional>

#include "net/client/client_loop.h"

namespace relay {

/// Turns the first SIGINT or SIGTERM into a call on the loop; the second ends the program the usual way, in
/// case it is stuck. One at a time per process, since signals are the process's.
class Interrupt {
 public:
  Interrupt(ClientLoop& loop, std::function<void()> interrupted);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

 private:
  int read_end_ = -1;
  int write_end_ = -1;
  std::function<void()> interrupted_;
  std::unique_ptr<ReadableWatch> watch_;
};

}  // namespace relay
