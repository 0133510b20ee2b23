#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace relay {

/// Fixed offsets from UTC, for time stamps that name no zone. Zones with daylight saving are not among them:
/// a log that crosses a change of clocks cannot be read right without knowing on which side each line is.

/// "UTC" or "+02:00", "-06:00" (at most 14 hours): seconds east of UTC. Error `bad_zone`.
[[nodiscard]] Result<int64_t> parse_zone(std::string_view text);

/// The form parse_zone reads; `offset_s` is whole minutes.
[[nodiscard]] std::string format_zone(int64_t offset_s);

}  // namespace relay
