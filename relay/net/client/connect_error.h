#pragma once

#include <string_view>

#include "base/result.h"
#include "net/client/url.h"

namespace relay {

/// Why a connection to `url` could not be made, in words for a user. `reason` is libwebsockets' text, "" when
/// it did not even try; `http_status` the answer to the handshake or 0. Code `unreachable`, or `denied` for
/// 401 and 403.
[[nodiscard]] Error connect_error(const Url& url, std::string_view reason, int http_status,
                                  std::string_view code = "");

/// "the relay denied access to TARGET: …", with its code and what to do about it; the code is `denied`.
[[nodiscard]] Error denied_error(const Url& url, std::string_view target, std::string_view detail,
                                 std::string_view code);

}  // namespace relay
