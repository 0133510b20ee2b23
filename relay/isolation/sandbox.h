#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace relay {

/// Bounds what this process can do from here on, for good: it uses at most `memory_bytes` of address space,
/// ends with `relay`, which started it, writes no core file, gains no privileges, starts no programs and
/// processes, opens no sockets, and leaves other processes alone. What it may not do fails with EPERM.
///
/// "" or what of it the system refused.
[[nodiscard]] std::string enter_sandbox(size_t memory_bytes, pid_t relay);

}  // namespace relay
