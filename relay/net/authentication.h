#pragma once

#include <string>
#include <string_view>

#include "auth/identity.h"
#include "base/result.h"
#include "codec/http_request.h"
#include "codec/http_response.h"
#include "net/http/exchange.h"

namespace relay {

class Authenticator;

/// The token of a request: of `Authorization: Bearer`, else of the subprotocol `bearer.TOKEN`, which a page
/// can offer beside the real one where it can set no header, else of the cookie.
struct BroughtToken {
  std::string text;  ///< "": none
  bool from_cookie = false;
};
/// Error `token_malformed`: there is one, but not in a form that is taken.
[[nodiscard]] Result<BroughtToken> find_token(const HttpRequestHead& head, std::string_view cookie);

/// Who sends a request. Checks a signature, so once for a head. Errors: those of find_token and
/// Authenticator::identify; `origin_not_allowed` for a page of a foreign origin with our cookie, which
/// browsers send along unasked.
[[nodiscard]] Result<IdentityRef> identify(const Authenticator& authenticator, const HttpRequestHead& head,
                                           const std::vector<std::string>& allowed_origins,
                                           int64_t now_wall_us);

/// Error `forbidden`, which names what is missing.
[[nodiscard]] Status check_need(Endpoint::Need need, const Access& access);

/// The answer to such an error: 401 with WWW-Authenticate, or 403.
[[nodiscard]] HttpResponse access_refused(const Error& error);

}  // namespace relay
