#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/http_request.h"

namespace relay {

/// One HTTP answer, before it is bytes.
struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// RFC 9457 problem+json with our stable `code`.
[[nodiscard]] HttpResponse problem(const HttpFault& fault);
[[nodiscard]] HttpResponse problem(int status, std::string_view code, std::string_view detail);

/// Status line, headers (with Content-Length and Connection) and body. `head_only` leaves the body out
/// (HEAD).
[[nodiscard]] std::string encode_response(const HttpResponse& response, bool keep_alive, bool head_only);

/// The answer to a request from a page of another origin: adds the CORS headers when `origin` is one of
/// `allowed` (exact match, or "*" in the list, which is answered by echoing the origin).
void add_cors_headers(HttpResponse& response, std::string_view origin,
                      const std::vector<std::string>& allowed);

}  // namespace relay
