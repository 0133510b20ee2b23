#include "cli/client/ask_relay.h"

#include <utility>

#include "net/client/http_client.h"

namespace relay {

Result<std::string> ask_relay(ClientLoop& loop, const GlobalOptions& global, const std::string& target) {
  FetchRequest request;
  request.url = global.url;
  request.target = target;
  request.timeout_us = global.timeout_us();
  Result<FetchResponse> response = fetch(loop, request);
  if (!response) return tl::unexpected<Error>(response.error());
  if (response->status == 200) return std::move(response->body);
  const std::string url = global.url.to_string();
  const std::string status = "HTTP " + std::to_string(response->status);
  if (response->status == 401 || response->status == 403)
    return fail("denied", url, "the relay denied access to " + target + " (" + status + ")");
  return fail("bad_answer", url, url + " answered " + status + " to " + target + "; is it a Seneca relay?");
}

ExitCode exit_code_of_answer(const Error& error) {
  return error.code == "denied" ? ExitCode::denied : ExitCode::unreachable;
}

}  // namespace relay
