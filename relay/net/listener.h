#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace relay {

/// Opens a non-blocking TCP listener on HOST:PORT with SO_REUSEPORT, so that every shard can have its own on
/// the same port. With port 0 the kernel chooses. Returns the descriptor; the caller closes it. Errors:
/// `listen_address` (not an address), `port_busy`, `listen_failed`; the subject is the address.
[[nodiscard]] Result<int> open_listener(const std::string& host, uint16_t port);

/// True when something already listens on HOST:PORT without sharing it: SO_REUSEPORT would hide that from us.
[[nodiscard]] Status check_port_free(const std::string& host, uint16_t port);

/// The port a listener got.
[[nodiscard]] uint16_t listener_port(int fd);

void close_listener(int fd);

}  // namespace relay
