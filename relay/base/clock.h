#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// Time, injected so that tests own it. Implementations are safe from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time, µs since the Unix epoch. May step; only for time stamps people see.
  [[nodiscard]] virtual int64_t wall_us() const = 0;
  /// Monotonic time, µs since an arbitrary start. Every deadline and interval uses this one.
  [[nodiscard]] virtual int64_t monotonic_us() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] int64_t wall_us() const override;
  [[nodiscard]] int64_t monotonic_us() const override;
};

/// "2026-03-03T23:53:00.123456Z"; the fraction is left out when it is 0.
[[nodiscard]] std::string format_rfc3339(int64_t wall_us);
/// The same, appended. Years outside 0000 to 9999 are shown as the nearest of them.
void append_rfc3339(std::string& out, int64_t wall_us);

/// Parses RFC 3339 and Python's isoformat: `T` or a space, a fraction of 1 to 9 digits, `Z`, `±hh:mm` or
/// nothing. A text without zone is taken as `naive_offset_s` seconds east of UTC. False when it is not a
/// time.
[[nodiscard]] bool parse_time(std::string_view text, int64_t naive_offset_s, int64_t& wall_us);

}  // namespace relay
