#pragma once

#include <cstddef>
#include <string>

#include "codec/http_response.h"
#include "session/session.h"

namespace relay {

/// Where the answer to a request goes that is answered elsewhere or later.
struct ReplyTo {
  size_t shard = 0;
  std::string connection_id;

  bool operator==(const ReplyTo&) const = default;
};

/// A request of Engine.IO's long polling, on its way to the shard that has the session.
struct PollRequest {
  ReplyTo reply_to;
  std::string sid;         ///< "": it opens a session
  bool bare = false;       ///< opens one without Socket.IO
  bool websocket = false;  ///< asks for the other transport, without an upgrade
  std::string method;
  std::string version;  ///< the EIO parameter
  std::string content_type;
  std::string body;
  SessionRequest session;  ///< of the one it opens
};

/// The errors of Engine.IO 4, by their codes.
enum class EngineIoError {
  unknown_transport,
  unknown_sid,
  bad_handshake_method,
  bad_request,
  forbidden,
  unsupported_version
};
/// `for_websocket`: a client that tries to open one gets the bare message, as there is no JSON to read.
[[nodiscard]] HttpResponse engine_io_error(EngineIoError error, bool for_websocket = false);

}  // namespace relay
