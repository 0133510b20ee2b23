#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "net/client/client_loop.h"
#include "net/client/url.h"

namespace relay {

struct FetchRequest {
  std::string method = "GET";  ///< "GET" or "POST"
  Url url;                     ///< the relay
  std::string target;          ///< path and query, "/api/v1/stats", behind the URL's path prefix
  std::string body;            ///< POST only
  std::string content_type = "application/json";
  int64_t timeout_us = 5'000'000;  ///< for the whole exchange
  size_t max_response_bytes = 16u << 20;
};

struct FetchResponse {
  int status = 0;
  std::string content_type;
  std::string body;
};

/// Sends one request and runs `loop` until it is answered. Errors: `unreachable`, `denied`, `timed_out`,
/// `response_too_large`, `connection_lost`, and `interrupted` when the loop was stopped by somebody else.
/// Any status is a response.
[[nodiscard]] Result<FetchResponse> fetch(ClientLoop& loop, const FetchRequest& request);

}  // namespace relay
