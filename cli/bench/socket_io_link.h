#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/bench/websocket_link.h"

namespace relay {

/// Socket.IO 5 over Engine.IO 4, namespace `/`: an event is emitted under the target's event name and comes
/// back under any. A server answers for events with acknowledgements.
class SocketIoLink final : public WebSocketLink {
 public:
  using WebSocketLink::WebSocketLink;

  void publish(const PublishBatch& batch) override;
  void ask() override {}  // every event asks
  void reassure() override { send_text("3"); }
  [[nodiscard]] int64_t reassure_every_ns() const override { return reassure_every_ns_; }

 protected:
  void opened() override {}  // the server speaks first
  void on_message(std::string_view packet) override;

 private:
  void on_open(std::string_view json);
  void on_acknowledgement(std::string_view packet);

  int64_t reassure_every_ns_ = 10 * kNsPerSecond;
};

}  // namespace relay
