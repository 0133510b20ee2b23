#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// Appends the time `ms` after 1970 as JSON.stringify writes a Date: `"2026-03-04T00:00:00.000Z"`, with sign
/// and six digits for years that have no four; null for what no Date can be.
void append_json_date(std::string& json, int64_t ms);

/// The same for MessagePack's timestamp, of 4, 8 or 12 bytes, cut to milliseconds. False, and nothing
/// appended, when `bytes` is none.
[[nodiscard]] bool append_json_timestamp(std::string& json, std::string_view bytes);

}  // namespace relay
