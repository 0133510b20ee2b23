#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace relay {

/// One pending deadline; a member of whoever wants to be called. Not movable while armed.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() { disarm(); }

  [[nodiscard]] bool armed() const { return next_ != nullptr; }
  /// [owner] Takes it off its wheel; nothing happens when it is on none.
  void disarm();

 protected:
  /// Called once, after the deadline and never before it; the timer is disarmed and may be armed again.
  virtual void expired(int64_t now_us) = 0;

 private:
  friend class TimerWheel;
  Timer* next_ = nullptr;
  Timer* previous_ = nullptr;
  int64_t deadline_us_ = 0;
};

/// A hashed wheel of deadlines for one thread: arming and disarming are O(1) and allocate nothing, so that
/// every connection can have a few. Resolution kSlotUs; times are monotonic.
class TimerWheel {
 public:
  static constexpr int64_t kSlotUs = 5000;

  explicit TimerWheel(int64_t now_us);
  ~TimerWheel();

  /// Calls `timer` at `deadline_us` or up to one slot later. Arming again moves it.
  void arm(Timer& timer, int64_t deadline_us);
  /// Calls everything that is due.
  void advance(int64_t now_us);

 private:
  static constexpr size_t kSlots = 4096;
  class Head final : public Timer {
   protected:
    void expired(int64_t) override {}
  };
  void run_slot(Timer& head, int64_t now_us);

  std::array<Head, kSlots> slots_;
  int64_t tick_;
};

}  // namespace relay
