#include "net/client/websocket_client.h"

#include <libwebsockets.h>

#include <algorithm>
#include <utility>

#include "net/client/authorization.h"
#include "net/client/connect_error.h"

namespace relay {

WebSocketClient::WebSocketClient(ClientLoop& loop, WebSocketClientHandler& handler, WebSocketOptions options)
    : loop_(loop),
      handler_(handler),
      options_(std::move(options)),
      deadline_(loop, [this] { give_up("timed out"); }),
      failed_(loop, [this] { end(); }) {}

WebSocketClient::~WebSocketClient() { abandon(); }

void WebSocketClient::connect() {
  abandon();
  const std::string host = options_.url.authority();
  const std::string path = options_.url.target(options_.target);
  lws_client_connect_info info{};
  info.context = loop_.context();
  info.address = options_.url.host.c_str();
  info.port = options_.url.port;
  info.path = path.c_str();
  info.host = host.c_str();
  info.ssl_connection = options_.url.secure ? LCCSCF_USE_SSL : 0;
  info.protocol = options_.subprotocol.empty() ? nullptr : options_.subprotocol.c_str();
  info.local_protocol_name = kLwsClientProtocol;
  info.alpn = "http/1.1";
  info.pwsi = &wsi_;
  info.opaque_user_data = static_cast<LwsPeer*>(this);
  deadline_.start(options_.connect_timeout_us);
  if (lws_client_connect_via_info(&info) == nullptr && ending_.error.code.empty()) refuse("", 0);
}

bool WebSocketClient::send_text(std::string_view message) {
  if (!open_ || closing_) return false;
  if (queued_bytes_ != 0 && queued_bytes_ + message.size() > options_.max_queued_bytes) return false;
  std::string framed;
  framed.reserve(LWS_PRE + message.size());
  framed.append(LWS_PRE, '\0').append(message);
  queue_.push_back(std::move(framed));
  queued_bytes_ += message.size();
  lws_callback_on_writable(wsi_);
  return true;
}

void WebSocketClient::close() {
  closing_ = true;
  if (open_) lws_callback_on_writable(wsi_);
}

int WebSocketClient::handle(lws* wsi, int reason, void* in, size_t size) {
  const auto* const text = static_cast<const char*>(in);
  switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: {
      auto** const at = static_cast<unsigned char**>(in);
      return add_authorization(wsi, options_.url, at, *at + size);
    }
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
      deadline_.cancel();
      open_ = true;
      handler_.websocket_opened();
      return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
      return receive(wsi, {text, size});
    case LWS_CALLBACK_CLIENT_WRITEABLE:
      return write_queued();
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      note_close({text, size});
      return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      refused_with_ = refusal_code(wsi);
      refuse(text ? std::string_view(text, size) : "", static_cast<int>(lws_http_client_http_response(wsi)));
      return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
      wsi_ = nullptr;
      end();
      return 0;
    default:
      return 0;
  }
}

int WebSocketClient::receive(lws* wsi, std::string_view part) {
  if (lws_frame_is_binary(wsi))
    return protocol_error("sent a binary message", LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE);
  const bool whole = lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0;
  if (partial_.size() + part.size() > options_.max_message_bytes)
    return protocol_error("sent a message that is too large", LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
  if (whole && partial_.empty()) {
    handler_.websocket_text(part);
    return 0;
  }
  partial_.append(part);
  if (!whole) return 0;
  handler_.websocket_text(std::exchange(partial_, {}));
  return 0;
}

int WebSocketClient::protocol_error(std::string_view what, int close_code) {
  ending_.error = {"protocol_error", options_.url.to_string(), "the relay " + std::string(what)};
  lws_close_reason(wsi_, static_cast<lws_close_status>(close_code), nullptr, 0);
  return -1;
}

int WebSocketClient::write_queued() {
  while (!queue_.empty() && !lws_send_pipe_choked(wsi_)) {
    std::string& framed = queue_.front();
    const size_t size = framed.size() - LWS_PRE;
    auto* const payload = reinterpret_cast<unsigned char*>(framed.data()) + LWS_PRE;
    if (lws_write(wsi_, payload, size, LWS_WRITE_TEXT) < 0) return -1;
    queued_bytes_ -= size;
    queue_.pop_front();
  }
  if (!queue_.empty()) {
    lws_callback_on_writable(wsi_);
    return 0;
  }
  if (closing_) {
    lws_close_reason(wsi_, LWS_CLOSE_STATUS_NORMAL, nullptr, 0);
    return -1;
  }
  handler_.websocket_drained();
  return 0;
}

void WebSocketClient::note_close(std::string_view payload) {
  if (payload.size() < 2) return;
  ending_.close_code = (static_cast<uint8_t>(payload[0]) << 8) | static_cast<uint8_t>(payload[1]);
  // The reason says more than the code, which libwebsockets turns into 1002 when it is a newer one such as
  // 1012.
  const std::string why = payload.size() > 2 ? ": " + std::string(payload.substr(2))
                                             : " (code " + std::to_string(ending_.close_code) + ")";
  ending_.error = {"connection_closed", options_.url.to_string(), "the relay closed the connection" + why};
}

void WebSocketClient::refuse(std::string_view reason, int http_status) {
  wsi_ = nullptr;
  if (ending_.error.code.empty())
    ending_.error = connect_error(options_.url, reason, http_status, refused_with_);
  failed_.start(0);
}

void WebSocketClient::give_up(std::string_view reason) {
  lws* const wsi = wsi_;
  refuse(reason, 0);
  drop_lws(wsi);
}

void WebSocketClient::end() {
  deadline_.cancel();
  WebSocketEnd ending = std::exchange(ending_, {});
  ending.was_open = std::exchange(open_, false);
  if (ending.error.code.empty())
    ending.error = {"connection_lost", options_.url.to_string(), "the connection to the relay was lost"};
  queue_.clear();
  queued_bytes_ = 0;
  partial_.clear();
  closing_ = false;
  handler_.websocket_ended(ending);
}

void WebSocketClient::abandon() {
  drop_lws(std::exchange(wsi_, nullptr));
  deadline_.cancel();
  failed_.cancel();
  open_ = false;
}

}  // namespace relay
