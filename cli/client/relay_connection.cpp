#include "cli/client/relay_connection.h"

#include <utility>

namespace relay {
namespace {

WebSocketOptions socket_options(const GlobalOptions& global) {
  WebSocketOptions options;
  options.url = global.url;
  options.target = "/ws";
  options.subprotocol = "seneca.v1.json";
  options.connect_timeout_us = global.timeout_us();
  return options;
}

}  // namespace

RelayConnection::RelayConnection(ClientLoop& loop, RelayHandler& handler, const GlobalOptions& global)
    : handler_(handler),
      timeout_us_(global.timeout_us()),
      client_(loop, *this, socket_options(global)),
      greeting_(loop, [this] {
        silent_ = true;
        client_.close();
      }) {}

void RelayConnection::websocket_opened() { greeting_.start(timeout_us_); }

void RelayConnection::websocket_text(std::string_view text) {
  const ServerMessage message = parse_server_message(text);
  if (message.op == ServerMessage::Op::hello) {
    greeting_.cancel();
    greeted_ = true;
    handler_.relay_opened(message);
  } else if (greeted_) {
    handler_.relay_message(message);
  }
}

void RelayConnection::websocket_drained() {
  if (greeted_) handler_.relay_drained();
}

void RelayConnection::websocket_ended(const WebSocketEnd& end) {
  greeting_.cancel();
  greeted_ = false;
  Error error = end.error;
  if (std::exchange(silent_, false))
    error = {"unreachable", end.error.subject,
             end.error.subject + " accepts connections but does not answer as a Seneca relay; check --url"};
  handler_.relay_ended(error);
}

}  // namespace relay
