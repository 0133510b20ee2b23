#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace relay {

/// Sizes and durations as people write them in flags and in the configuration.

/// Bytes: a whole number, alone or with B, KB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (of 1024);
/// letter case and a space before the unit do not matter. Never negative; too large for int64_t is an error.
[[nodiscard]] Result<int64_t> parse_size(std::string_view text);

/// Seconds: a number, alone or with ms, s, m, h or d ("250ms", "1.5h", "24h"). Never negative.
[[nodiscard]] Result<double> parse_duration_s(std::string_view text);

/// The shortest exact form that parse_size reads back: "64MiB", "64000".
[[nodiscard]] std::string format_size(int64_t bytes);

/// The shortest exact form that parse_duration_s reads back: "24h", "90s", "0.25s".
[[nodiscard]] std::string format_duration(double seconds);

/// A decimal form that reads back as exactly `value`: "5", "0.5", "10000000". `value` is finite.
[[nodiscard]] std::string format_number(double value);

}  // namespace relay
