#include "cli/client/ask_relay.h"

#include <seneca/json.hpp>
#include <utility>

#include "net/client/connect_error.h"
#include "net/client/http_client.h"

namespace relay {

namespace {

Result<FetchResponse> exchange(ClientLoop& loop, const GlobalOptions& global, const std::string& method,
                               const std::string& target, std::string body) {
  FetchRequest request;
  request.method = method;
  request.url = global.url;
  request.target = target;
  request.body = std::move(body);
  request.timeout_us = global.timeout_us();
  return fetch(loop, request);
}

Error denied(const GlobalOptions& global, const std::string& target, const FetchResponse& response) {
  const seneca::JsonView problem(response.body);
  return denied_error(global.url, target, problem.get("detail").string(), problem.get("code").string());
}

Result<std::string> body_of(const GlobalOptions& global, const std::string& target,
                            Result<FetchResponse> response) {
  if (!response) return tl::unexpected<Error>(response.error());
  if (response->status == 200) return std::move(response->body);
  const std::string url = global.url.to_string();
  const std::string status = "HTTP " + std::to_string(response->status);
  if (response->status == 401 || response->status == 403)
    return tl::unexpected<Error>(denied(global, target, *response));
  return fail("bad_answer", url, url + " answered " + status + " to " + target + "; is it a Seneca relay?");
}

}  // namespace

Result<std::string> ask_relay(ClientLoop& loop, const GlobalOptions& global, const std::string& target) {
  return body_of(global, target, exchange(loop, global, "GET", target, ""));
}

Result<std::string> order_relay(ClientLoop& loop, const GlobalOptions& global, const std::string& target,
                                std::string body) {
  Result<FetchResponse> response = exchange(loop, global, "POST", target, std::move(body));
  const bool is_denied = response && (response->status == 401 || response->status == 403);
  if (response && !is_denied && response->content_type.rfind("application/problem+json", 0) == 0) {
    const seneca::JsonView problem(response->body);
    const std::string code = problem.get("code").string();
    return fail("refused", global.url.to_string(), problem.get("detail").string() + " [" + code + "]");
  }
  return body_of(global, target, std::move(response));
}

// Names and ids are of letters, digits, '.', '_' and '-'; anything else is sent so that it stays one value.
std::string percent_encode(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '_' || c == '-' || c == '.';
    constexpr const char* kDigits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += plain ? std::string(1, c) : std::string{'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

ExitCode exit_code_of_answer(const Error& error) {
  if (error.code == "refused") return ExitCode::bad_data;
  return error.code == "denied" ? ExitCode::denied : ExitCode::unreachable;
}

}  // namespace relay
