#pragma once

#include <string>

namespace relay {

/// Numbers as people read them.

/// "512 B", "1.2 MiB".
[[nodiscard]] std::string human_bytes(double bytes);
/// "12,345"; one decimal below 10 when it is no whole number.
[[nodiscard]] std::string human_count(double value);
/// "120 µs", "4.0 ms", "1.2 s".
[[nodiscard]] std::string human_us(double us);
/// "45 s", "2 m 05 s", "3 h 02 m", "2 d 03 h".
[[nodiscard]] std::string human_seconds(double seconds);

}  // namespace relay
