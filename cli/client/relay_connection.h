#pragma once

#include <string>
#include <string_view>

#include "cli/client/server_message.h"
#include "cli/global_options.h"
#include "net/client/websocket_client.h"

namespace relay {

/// Told what happens on a RelayConnection. Must not destroy the connection from inside a call.
class RelayHandler {
 public:
  virtual ~RelayHandler() = default;
  /// The relay greeted; requests may be sent.
  virtual void relay_opened(const ServerMessage& hello) = 0;
  /// Any other message; its views are valid for the call.
  virtual void relay_message(const ServerMessage& message) = 0;
  /// Everything queued has been sent.
  virtual void relay_drained() {}
  /// The connection is over, or could not be made. connect() may be called again, from a timer.
  virtual void relay_ended(const Error& error) = 0;
};

/// One seneca.v1.json conversation at a time with the relay of `global.url`. [owner of the loop]
class RelayConnection final : public WebSocketClientHandler {
 public:
  RelayConnection(ClientLoop& loop, RelayHandler& handler, const GlobalOptions& global);

  void connect() { client_.connect(); }
  /// Says goodbye once everything queued is sent; relay_ended follows.
  void close() { client_.close(); }
  /// False when the queue is full or the connection is not open: nothing was queued.
  [[nodiscard]] bool send(std::string_view message) { return client_.send_text(message); }
  [[nodiscard]] uint64_t next_id() { return ++last_id_; }

 private:
  void websocket_opened() override;
  void websocket_text(std::string_view message) override;
  void websocket_drained() override;
  void websocket_ended(const WebSocketEnd& end) override;

  RelayHandler& handler_;
  const int64_t timeout_us_;
  WebSocketClient client_;
  ClientTimer greeting_;
  uint64_t last_id_ = 0;
  bool greeted_ = false;
  bool silent_ = false;  ///< the peer did not greet in time
};

}  // namespace relay
