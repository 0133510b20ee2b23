#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/http_request.h"
#include "codec/http_response.h"
#include "codec/websocket_handshake.h"
#include "plugin/session_plugin.h"

namespace relay {

/// Whether a page of `origin` may talk to us: no origin (not a page), our own origin, or one of `allowed`.
[[nodiscard]] bool origin_allowed(const HttpRequestHead& head, const std::vector<std::string>& allowed);

/// The request's WebSocket upgrade, checked and with one of `subprotocols` and permessage-deflate, as far
/// as we offer them and the client asks.
[[nodiscard]] tl::expected<UpgradeAccepted, UpgradeRefused> check_websocket_request(
    const HttpRequestHead& head, std::span<const std::string_view> subprotocols, bool deflates);

/// What clients of /ws may choose: ours, and those of codec plugins.
[[nodiscard]] std::vector<std::string_view> plain_subprotocols(const SessionPlugins& plugins);

/// The answer to a page that may not.
[[nodiscard]] HttpResponse origin_refused(const HttpRequestHead& head);

/// The Engine.IO answer to a request for /socket.io/ that its head alone refuses, or nothing. Checks in the
/// reference server's order: transport, sid, method, EIO; whether a sid is known only its shard can tell.
[[nodiscard]] std::optional<HttpResponse> refuse_engine_io(const HttpRequestHead& head);

}  // namespace relay
