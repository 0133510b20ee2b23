#include "net/client/connect_error.h"

#include <string>

namespace relay {
namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// The texts are those of libwebsockets 4.1 to 4.3, which pass on neither errno nor the resolver's code.
std::string explain(std::string_view reason) {
  if (reason.empty()) return "unknown host";
  if (has(reason, "timed out") || has(reason, "imeout")) return "timed out";
  if (has(reason, "SSL") || has(reason, "TLS") || has(reason, "tls") || has(reason, "server cert"))
    return "TLS failed (" + std::string(reason) + ")";
  if (has(reason, "Unable to connect") || has(reason, "conn fail") || has(reason, "connect failed"))
    return "connection refused";
  return std::string(reason);
}

}  // namespace

Error connect_error(const Url& url, std::string_view reason, int http_status) {
  const std::string address = url.to_string();
  if (http_status == 401 || http_status == 403)
    return {"denied", address, "the relay denied access (HTTP " + std::to_string(http_status) + ")"};
  std::string why = http_status >= 300 ? "it answered HTTP " + std::to_string(http_status) : explain(reason);
  return {"unreachable", address,
          "cannot reach " + address + ": " + why + "; is the relay running? start it with: senecactl serve"};
}

}  // namespace relay
