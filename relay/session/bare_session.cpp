#include "session/bare_session.h"

#include <utility>

#include "codec/websocket_frame.h"
#include "session/socket_io_session.h"

namespace relay {

BareSession::BareSession(std::string id, ShardServices& services, Transport& transport)
    : Session(std::move(id), services, transport), engine_(*this, services) {}

Status BareSession::start(const SessionRequest& request) {
  note_start(request);
  plugins_.emplace(services_, static_cast<PluginClient&>(*this), id(), "", address());
  engine_.open(id(), request.get("transport") == "polling");
  return {};
}

void BareSession::closed(std::string_view reason) {
  engine_.stop();
  release_identity();
  plugins_->disconnected(reason);
}

void BareSession::engine_send(std::string_view packet) {
  Session::send(Priority::critical, Frame::make(text_frame(packet)));
}

int32_t BareSession::disconnect(bool) {
  if (closing()) return SENECA_E_FAILED;
  close(websocket_close::kGoingAway, "disconnected by the relay");
  return SENECA_OK;
}

int32_t BareSession::send(bool binary, std::string_view bytes) {
  if (closing()) return SENECA_E_FAILED;
  std::string frame = binary ? binary_frame(bytes) : text_frame('4' + std::string(bytes));
  Session::send(Priority::critical, Frame::make(std::move(frame)));
  return SENECA_OK;
}

std::unique_ptr<Session> make_engine_io_session(bool bare, std::string id, ShardServices& services,
                                                Transport& transport) {
  if (bare) return std::make_unique<BareSession>(std::move(id), services, transport);
  return std::make_unique<SocketIoSession>(std::move(id), services, transport);
}

}  // namespace relay
