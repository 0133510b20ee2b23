#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "config/config.h"

namespace relay {

/// Whether a plugin that fails again and again, or takes too long, is still asked. Owned by its stage.
///
/// Closed, the plugin is asked. So many bad calls in a row within a window open it: the plugin rests for a
/// while, then one call is a trial, after which it is closed, or opens anew. It counts calls, not events.
class Breaker {
 public:
  enum class Change { none, opened, closed };

  explicit Breaker(const BreakerConfig& config) : config_(config) {}

  /// Whether the plugin may be called at `now_us`, monotonic; if so, `note` must tell how it went.
  [[nodiscard]] bool allows(int64_t now_us) const { return !open_ || now_us >= retry_at_us_; }
  [[nodiscard]] bool open() const { return open_; }

  Change note(bool good, int64_t now_us);
  /// Instead, when the call has ended the plugin's process: good calls in between do not make up for that.
  Change note_end(int64_t now_us);

 private:
  BreakerConfig config_;
  bool open_ = false;
  int bad_ = 0;               // in a row
  int64_t first_bad_us_ = 0;  // of these
  int64_t retry_at_us_ = 0;
  std::deque<int64_t> ends_us_;  // when its process ended, at most as often as it takes
};

}  // namespace relay
