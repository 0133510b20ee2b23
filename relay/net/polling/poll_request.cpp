#include "net/polling/poll_request.h"

#include <array>
#include <string_view>

namespace relay {

HttpResponse engine_io_error(EngineIoError error, bool for_websocket) {
  static constexpr std::array<std::string_view, 6> kMessages = {
      "Transport unknown", "Session ID unknown", "Bad handshake method",
      "Bad request",       "Forbidden",          "Unsupported protocol version"};
  const auto code = static_cast<size_t>(error);
  HttpResponse response;
  response.status = error == EngineIoError::forbidden ? 403 : 400;
  if (for_websocket) {
    response.content_type = "text/html";
    response.body = kMessages[code];
    return response;
  }
  response.body =
      "{\"code\":" + std::to_string(code) + ",\"message\":\"" + std::string(kMessages[code]) + "\"}";
  return response;
}

}  // namespace relay
