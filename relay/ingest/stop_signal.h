#pragma once

namespace relay {

/// Tells a source's thread to end, also while it sleeps in poll(2): the descriptor becomes readable for good.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// [any-thread]
  void raise();
  [[nodiscard]] bool raised() const { return wait_ms(0); }
  /// [source thread] Sleeps until raised or `timeout_ms` passed. True when raised.
  [[nodiscard]] bool wait_ms(int timeout_ms) const;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace relay
