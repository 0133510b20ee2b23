#include "net/client/connect_error.h"

#include <string>
#include <utility>

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

Error denied_error(const Url& url, std::string_view target, std::string_view detail, std::string_view code) {
  std::string text = "the relay denied access" + (target.empty() ? "" : " to " + std::string(target));
  if (!detail.empty()) text += ": " + std::string(detail);
  if (!code.empty()) text += " [" + std::string(code) + "]";
  // What is forbidden needs another role, all else another token.
  if (code != "forbidden") text += "; give a token with --token-file FILE or SENECA_TOKEN";
  return {"denied", url.to_string(), std::move(text)};
}

Error connect_error(const Url& url, std::string_view reason, int http_status, std::string_view code) {
  const std::string address = url.to_string();
  if (http_status == 401 || http_status == 403)
    return denied_error(url, "", "HTTP " + std::to_string(http_status), code);
  std::string why = http_status >= 300 ? "it answered HTTP " + std::to_string(http_status) : explain(reason);
  return {"unreachable", address,
          "cannot reach " + address + ": " + why + "; is the relay running? start it with: senecactl serve"};
}

}  // namespace relay
