#include "net/handshake.h"

#include <algorithm>

#include "codec/agree_on_deflate.h"
#include "codec/plain_json.h"
#include "net/polling/poll_request.h"

namespace relay {
namespace {

// What zstd has compressed does not get shorter, and codecs have messages of their own.
bool may_deflate(std::string_view subprotocol) {
  return subprotocol.empty() || subprotocol == kPlainSubprotocol;
}

}  // namespace

bool origin_allowed(const HttpRequestHead& head, const std::vector<std::string>& allowed) {
  const std::string_view origin = head.header("origin");
  if (origin.empty()) return true;
  const size_t scheme = origin.find("://");
  if (scheme != std::string_view::npos && origin.substr(scheme + 3) == head.header("host")) return true;
  return std::any_of(allowed.begin(), allowed.end(),
                     [origin](const std::string& entry) { return entry == "*" || entry == origin; });
}

tl::expected<UpgradeAccepted, UpgradeRefused> check_websocket_request(
    const HttpRequestHead& head, std::span<const std::string_view> subprotocols, bool deflates) {
  const std::string connection = head.joined_header("connection");
  const std::string upgrade = head.joined_header("upgrade");
  const std::string protocols = head.joined_header("sec-websocket-protocol");
  UpgradeHeaders headers;
  headers.method = head.method;
  headers.http_version = head.version;
  headers.upgrade = upgrade;
  headers.connection = connection;
  headers.key = head.header("sec-websocket-key");
  headers.version = head.header("sec-websocket-version");
  headers.protocols = protocols;
  auto accepted = check_upgrade(headers, subprotocols);
  if (accepted && deflates && may_deflate(accepted->subprotocol))
    accepted->extensions = agree_on_deflate(head.joined_header("sec-websocket-extensions"));
  return accepted;
}

std::vector<std::string_view> plain_subprotocols(const SessionPlugins& plugins) {
  std::vector<std::string_view> names = {kPlainSubprotocol, kZstdSubprotocol};
  for (const auto& plugin : plugins)
    if (!plugin->subprotocol().empty()) names.push_back(plugin->subprotocol());
  return names;
}

std::optional<HttpResponse> refuse_engine_io(const HttpRequestHead& head) {
  const bool upgrading = !head.header("upgrade").empty();
  const std::string_view transport = head.query_value("transport");
  if (transport != "websocket" && transport != "polling")
    return engine_io_error(EngineIoError::unknown_transport, upgrading);
  if (!head.query_value("sid").empty()) return std::nullopt;
  if (head.method != "GET") return engine_io_error(EngineIoError::bad_handshake_method, upgrading);
  if (upgrading != (transport == "websocket")) return engine_io_error(EngineIoError::bad_request, upgrading);
  if (head.query_value("EIO") != "4") return engine_io_error(EngineIoError::unsupported_version, upgrading);
  return std::nullopt;
}

HttpResponse origin_refused(const HttpRequestHead& head) {
  return problem(
      403, "origin_not_allowed",
      "add this page's origin to server.cors_allowed_origins: " + std::string(head.header("origin")));
}

}  // namespace relay
