#pragma once

#include <string>

struct lws;

namespace relay {

struct Url;

/// Adds `Authorization: Bearer TOKEN` to a request's head when `url` has a token: for
/// LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER, whose `in` and size these are. Answers what the callback has
/// to.
[[nodiscard]] int add_authorization(lws* wsi, const Url& url, unsigned char** at, const unsigned char* end);

/// The code with which the relay has refused, from WWW-Authenticate; "" when there is none.
[[nodiscard]] std::string refusal_code(lws* wsi);

}  // namespace relay
