#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace relay {

/// An address to accept connections on, checked and without names left to resolve.
struct ListenAddress {
  std::string host;   ///< an IPv4 or IPv6 literal, without brackets
  uint16_t port = 0;  ///< 0: the kernel chooses
  bool ipv6 = false;

  /// The form parse_listen reads: "127.0.0.1:8000", "[::1]:8000".
  [[nodiscard]] std::string to_string() const;

  bool operator==(const ListenAddress&) const = default;
};

/// "127.0.0.1:8000", "[::1]:8000" or "localhost:8000", which is 127.0.0.1. The host must be written: what is
/// open to the network is never so by omission. Error `bad_listen`.
[[nodiscard]] Result<ListenAddress> parse_listen(std::string_view text);

/// True when only this machine can connect.
[[nodiscard]] bool is_loopback(const ListenAddress& address);

}  // namespace relay
