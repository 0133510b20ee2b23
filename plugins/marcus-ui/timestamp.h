#pragma once

#include <cstdint>
#include <string>

namespace marcus_ui {

/// RFC 3339 in UTC with microseconds: "2026-04-14T12:41:31.996986Z". Times outside of the years 0 to 9999
/// become the epoch.
[[nodiscard]] std::string format_time(int64_t time_us);

}  // namespace marcus_ui
