#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace relay {

/// Where a relay is reached: ws, wss, http or https, a host and a path prefix. WebSocket and HTTP share the
/// port.
struct Url {
  std::string scheme;   ///< as given: "ws", "wss", "http" or "https"
  std::string host;     ///< without the brackets of an IPv6 address
  uint16_t port = 0;    ///< 80 or 443 when the text names none
  std::string path;     ///< "" or "/prefix", never with a slash at the end
  bool secure = false;  ///< TLS
  std::string token{};  ///< sent as Authorization: Bearer; "": none. Part of no text

  /// The path of `target` ("/ws") behind the prefix.
  [[nodiscard]] std::string target(std::string_view target) const { return path + std::string(target); }
  /// "host:port" for the Host header and for messages; IPv6 addresses get their brackets back.
  [[nodiscard]] std::string authority() const;
  /// "ws://host:port/prefix".
  [[nodiscard]] std::string to_string() const;
};

/// Error `bad_url`, subject the text.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace relay
