#pragma once

#include <cstdint>
#include <optional>

namespace relay {

/// When an event of the past is due again. Times are µs: those of events since the Unix epoch, those of now
/// monotonic.
class ReplayPace {
 public:
  /// `speed` 2 is twice as fast as it was; 0: no pauses.
  explicit ReplayPace(double speed) : speed_(speed) {}

  /// Events that happened before the first one, or before one that was due already, are due at once.
  [[nodiscard]] int64_t due_us(int64_t event_us, int64_t now_us) {
    if (speed_ <= 0) return now_us;
    if (!first_us_) {
      first_us_ = event_us;
      start_us_ = now_us;
    }
    return start_us_ + static_cast<int64_t>(static_cast<double>(event_us - *first_us_) / speed_);
  }
  /// The next event is the first one again.
  void begin_again() { first_us_.reset(); }

 private:
  const double speed_;
  std::optional<int64_t> first_us_;
  int64_t start_us_ = 0;
};

}  // namespace relay
