#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/session_plugin.h"
#include "session/member_timer.h"
#include "session/shard_services.h"

namespace relay {

/// The session plugins that serve one client in one namespace, and the replies they await of it. Owned by
/// what the client joined, which must have said `disconnected` before it goes. [shard]
class ClientPlugins {
 public:
  static constexpr size_t kMaxAwaited = 64;

  /// `host` is whom the plugins reach; all outlive this.
  ClientPlugins(ShardServices& services, PluginClient& host, std::string_view id, std::string_view namespace_,
                std::string_view address);

  /// Those that serve the namespace meet the client. The error's message is for the client, `data` as in
  /// SessionPlugin::connect; those that had accepted it are told that it is gone.
  [[nodiscard]] Status connect(std::string_view auth, std::string& data);
  void connected(std::string_view auth);
  /// False: nobody's event.
  [[nodiscard]] Result<bool> client_event(const SessionPlugin::Event& event);
  /// From here on no call of a plugin reaches the client.
  void disconnected(std::string_view reason);
  void message(bool binary, std::string_view bytes);

  /// An acknowledgement's id for an event to be sent, awaited for `asker`; 0 when too many are.
  [[nodiscard]] uint64_t await_reply(seneca_client& asker, uint64_t reply_id, uint32_t timeout_ms);
  /// The client has acknowledged. Unknown ids say nothing.
  void replied(uint64_t ack, const ClientArgs& args);

  [[nodiscard]] bool empty() const { return seats_.empty(); }

 private:
  /// A plugin at this client's table.
  struct Seat {
    std::shared_ptr<SessionPlugin> plugin;
    seneca_client client;
  };
  struct Awaited {
    uint64_t ack;
    seneca_client* asker;
    uint64_t reply_id;
    int64_t due_us;
  };

  void tell(const Awaited& awaited, const ClientArgs* args);
  void on_timer(int64_t now_us);
  void arm();

  ShardServices& services_;
  std::list<Seat> seats_;  // the plugins keep pointers to the clients
  std::vector<Awaited> awaited_;
  uint64_t next_ack_ = 1;
  MemberTimer<ClientPlugins> timer_{*this, &ClientPlugins::on_timer};
};

}  // namespace relay
