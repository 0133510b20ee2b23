#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"

namespace relay {

/// What a process has used so far.
struct ProcessUsage {
  double cpu_s = 0;
  uint64_t resident_bytes = 0;
};

/// From /proc; nothing when there is no such process or it is hidden.
[[nodiscard]] std::optional<ProcessUsage> usage_of(uint64_t pid);
/// Of this process.
[[nodiscard]] double own_cpu_s();
/// Raises this process's limit as far as it may be raised. Error `too_many_clients` when that is not enough
/// for so many sockets.
[[nodiscard]] Status make_room_for_sockets(uint64_t sockets);

}  // namespace relay
