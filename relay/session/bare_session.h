#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "session/client_plugins.h"
#include "session/engine_io_link.h"
#include "session/session.h"

namespace relay {

/// Engine.IO 4 without Socket.IO: every message goes to the session plugins that take bare clients. It is in
/// no room and gets no events.
class BareSession final : public Session, private EngineIoOwner, private PluginClient {
 public:
  BareSession(std::string id, ShardServices& services, Transport& transport);

  [[nodiscard]] Status start(const SessionRequest& request) override;
  void receive_text(std::string_view message) override { engine_.receive_text(message); }
  void receive_binary(std::string_view message) override { engine_.receive_binary(message); }
  void published(uint64_t, const PublishResult&) override {}
  void check_deadlines() override { engine_.check(); }
  void drain() override {}
  void closed(std::string_view reason) override;
  [[nodiscard]] SessionInfo info() const override { return base_info("engineio"); }

 private:
  [[nodiscard]] Interest interest_in(const Event&) const override { return {}; }

  // EngineIoOwner
  void engine_message(std::string_view text) override { plugins_->message(false, text); }
  void engine_binary(std::string_view bytes) override { plugins_->message(true, bytes); }
  void engine_send(std::string_view packet) override;
  void engine_close(uint16_t code, std::string_view reason) override { close(code, reason); }
  [[nodiscard]] bool engine_deaf() const override { return false; }

  // PluginClient
  int32_t disconnect(bool close) override;
  int32_t send(bool binary, std::string_view bytes) override;

  EngineIoLink engine_;
  std::optional<ClientPlugins> plugins_;  // from `start` on
};

/// The session of a client that speaks Engine.IO: a bare one or a SocketIoSession.
[[nodiscard]] std::unique_ptr<Session> make_engine_io_session(bool bare, std::string id,
                                                              ShardServices& services, Transport& transport);

}  // namespace relay
