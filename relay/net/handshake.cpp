#include "net/handshake.h"

#include <algorithm>
#include <array>

#include "codec/agree_on_deflate.h"
#include "codec/plain_json.h"

namespace relay {
namespace {

constexpr std::array<std::string_view, 2> kSubprotocols = {kPlainSubprotocol, kZstdSubprotocol};

// The error table of Engine.IO 4; the index is the code.
constexpr std::array<std::string_view, 6> kEngineIoErrors = {
    "Transport unknown", "Session ID unknown", "Bad handshake method",
    "Bad request",       "Forbidden",          "Unsupported protocol version"};

HttpResponse engine_io_error(size_t code, bool upgrading) {
  HttpResponse response;
  response.status = 400;
  if (upgrading) {
    // A WebSocket client gets no JSON to read: the reference server answers with the bare message.
    response.content_type = "text/html";
    response.body = kEngineIoErrors[code];
    return response;
  }
  response.body =
      "{\"code\":" + std::to_string(code) + ",\"message\":\"" + std::string(kEngineIoErrors[code]) + "\"}";
  return response;
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

tl::expected<UpgradeAccepted, UpgradeRefused> check_websocket_request(const HttpRequestHead& head,
                                                                      bool offers_subprotocols,
                                                                      bool deflates) {
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
  const std::span<const std::string_view> supported(kSubprotocols);
  auto accepted = check_upgrade(headers, offers_subprotocols ? supported : supported.first(0));
  // What zstd has compressed does not get shorter.
  if (accepted && deflates && accepted->subprotocol != kZstdSubprotocol)
    accepted->extensions = agree_on_deflate(head.joined_header("sec-websocket-extensions"));
  return accepted;
}

std::optional<HttpResponse> refuse_engine_io(const HttpRequestHead& head) {
  const bool upgrading = !head.header("upgrade").empty();
  if (head.query_value("transport") != "websocket") return engine_io_error(0, upgrading);
  if (!head.query_value("sid").empty()) return engine_io_error(1, upgrading);
  if (head.method != "GET") return engine_io_error(2, upgrading);
  if (!upgrading) return engine_io_error(3, upgrading);
  if (head.query_value("EIO") != "4") return engine_io_error(5, upgrading);
  return std::nullopt;
}

}  // namespace relay
