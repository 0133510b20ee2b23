#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/client/client_loop.h"
#include "net/client/url.h"

namespace relay {

/// How a WebSocket connection ended, or that it never began.
struct WebSocketEnd {
  bool was_open = false;
  int close_code = 0;  ///< the peer's close code; 0 when it sent none
  Error error;         ///< what to tell the user
};

/// Told what happens on a WebSocketClient. Must not destroy the client from inside a call.
class WebSocketClientHandler {
 public:
  virtual ~WebSocketClientHandler() = default;
  virtual void websocket_opened() = 0;
  /// One whole text message; the view is valid for the call.
  virtual void websocket_text(std::string_view message) = 0;
  /// Everything queued has been handed to the kernel.
  virtual void websocket_drained() {}
  /// Last call of a connection; connect() may be called again, from a timer.
  virtual void websocket_ended(const WebSocketEnd& end) = 0;
};

struct WebSocketOptions {
  Url url;                  ///< the relay
  std::string target;       ///< "/ws", behind the URL's path prefix
  std::string subprotocol;  ///< "" for none
  int64_t connect_timeout_us = 5'000'000;
  size_t max_message_bytes = 16u << 20;  ///< a larger message ends the connection with 1009
  size_t max_queued_bytes = 4u << 20;    ///< policy at the bound: send_text refuses
};

/// One WebSocket connection at a time to a relay, as a client. [owner of the loop]
class WebSocketClient final : public LwsPeer {
 public:
  WebSocketClient(ClientLoop& loop, WebSocketClientHandler& handler, WebSocketOptions options);
  ~WebSocketClient() override;
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  /// Starts connecting; the handler hears how it went, never from inside this call. Only while not connected.
  void connect();
  /// Queues one message. False, and nothing queued, when not open or when `max_queued_bytes` would be
  /// exceeded.
  [[nodiscard]] bool send_text(std::string_view message);
  [[nodiscard]] bool is_open() const { return open_; }
  /// Says goodbye (close code 1000) once everything queued is sent.
  void close();

  int handle(lws* wsi, int reason, void* in, size_t size) override;

 private:
  int receive(lws* wsi, std::string_view part);
  int write_queued();
  int protocol_error(std::string_view what, int close_code);
  void note_close(std::string_view payload);
  void refuse(std::string_view reason, int http_status);
  void give_up(std::string_view reason);
  void end();
  void abandon();

  ClientLoop& loop_;
  WebSocketClientHandler& handler_;
  const WebSocketOptions options_;
  ClientTimer deadline_;
  ClientTimer failed_;
  lws* wsi_ = nullptr;
  bool open_ = false;
  bool closing_ = false;
  WebSocketEnd ending_;            ///< what is known so far about the end of this connection
  std::string refused_with_;       ///< the relay's code, when it told one
  std::string partial_;            ///< fragments of the message being received
  std::deque<std::string> queue_;  ///< each with LWS_PRE bytes of room in front
  size_t queued_bytes_ = 0;
};

}  // namespace relay
