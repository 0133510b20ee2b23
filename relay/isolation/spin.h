#pragma once

#include <sys/resource.h>

#include <chrono>
#include <utility>

namespace relay {

/// Looks for a message for a while before it is waited for asleep: on an idle machine waking up takes longer
/// than most calls. On a busy one, where others took the processor meanwhile, it is left for some calls.
class Spin {
 public:
  /// `look` returns true when it has found something, in which case this does, too.
  template <class Look>
  bool run(Look look) {
    if (rest_ > 0) {
      --rest_;
      return look();
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(100);
    do {
      if (look()) return true;
    } while (std::chrono::steady_clock::now() < end);
    if (was_interrupted()) rest_ = 16;
    return false;
  }

 private:
  bool was_interrupted() {
    rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    return std::exchange(interruptions_, used.ru_nivcsw) != used.ru_nivcsw;
  }

  int rest_ = 0;
  long interruptions_ = 0;
};

}  // namespace relay
