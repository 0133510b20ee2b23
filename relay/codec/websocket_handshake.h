#pragma once

#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace relay {

/// The request's parts that decide about a WebSocket upgrade, as they came; "" where a header is absent.
/// Repeated headers are joined with commas.
struct UpgradeHeaders {
  std::string_view method;
  std::string_view http_version;  ///< "HTTP/1.1"
  std::string_view upgrade;
  std::string_view connection;
  std::string_view key;        ///< Sec-WebSocket-Key
  std::string_view version;    ///< Sec-WebSocket-Version
  std::string_view protocols;  ///< Sec-WebSocket-Protocol
};

struct UpgradeAccepted {
  std::string accept_key;
  std::string subprotocol;  ///< "" when none was agreed
  std::string extensions;   ///< the answer's Sec-WebSocket-Extensions; "" when none was agreed
};

/// Why there is no upgrade. Status 426 is answered with `Sec-WebSocket-Version: 13`.
struct UpgradeRefused {
  int status = 400;
  std::string_view code;     ///< stable, lower_snake_case; a literal
  std::string_view message;  ///< a literal
};

/// Checks RFC 6455 §4.2.1. Of the subprotocols offered the first that is in `supported` is taken; when none
/// is, the connection goes on without one, as the RFC says. Linear in the headers' length.
[[nodiscard]] tl::expected<UpgradeAccepted, UpgradeRefused> check_upgrade(
    const UpgradeHeaders& headers, std::span<const std::string_view> supported);

/// The whole 101 answer, with its blank line.
[[nodiscard]] std::string upgrade_response(const UpgradeAccepted& accepted);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
[[nodiscard]] std::string websocket_accept_key(std::string_view key);

}  // namespace relay
