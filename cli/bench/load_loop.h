#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "cli/bench/load_clock.h"

namespace relay {

/// Told when its socket may be read or written.
class Pollable {
 public:
  virtual ~Pollable() = default;
  virtual void on_events(uint32_t epoll_events) = 0;
};

/// The load client's one thread: epoll, the clock, and the buffer all sockets read into. SIGINT and SIGTERM
/// end it as long as it lives; a second one ends the program. Made once a run; everything that watches a
/// socket outlives no turn() it is watched in.
class LoadLoop {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LoadLoop>> make();
  ~LoadLoop();
  LoadLoop(const LoadLoop&) = delete;
  LoadLoop& operator=(const LoadLoop&) = delete;

  [[nodiscard]] int64_t now_ns() const { return clock_.now_ns(); }
  /// Serves the sockets that are ready, waiting for one until `until_ns` at most. Waits of less than the
  /// kernel's accuracy are spun. False once a signal has come.
  [[nodiscard]] bool turn(int64_t until_ns);
  [[nodiscard]] bool interrupted() const { return interrupted_; }

  void watch(int fd, Pollable& pollable, bool writable);
  void change(int fd, Pollable& pollable, bool writable);

  [[nodiscard]] std::vector<char>& buffer() { return buffer_; }

 private:
  LoadLoop() = default;
  void take_signal();

  LoadClock clock_;
  std::vector<char> buffer_ = std::vector<char>(size_t{1} << 20);
  int epoll_ = -1;
  int signals_ = -1;
  bool interrupted_ = false;
};

}  // namespace relay
