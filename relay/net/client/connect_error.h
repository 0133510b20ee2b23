#pragma once

#include <string_view>

#include "base/result.h"
#include "net/client/url.h"

namespace relay {

/// Why a connection to `url` could not be made, in words for a user. `reason` is libwebsockets' text, "" when
/// it did not even try; `http_status` the answer to the handshake or 0. Code `unreachable`, or `denied` for
/// 401 and 403.
[[nodiscard]] Error connect_error(const Url& url, std::string_view reason, int http_status);

}  // namespace relay
