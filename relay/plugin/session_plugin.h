#pragma once

#include <seneca/ext/session.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/instance.h"
#include "plugin/plugin_client.h"

namespace relay {

/// One instance of a plugin with the session or the codec role, on one shard.
///
/// Made on the control thread, from then on the shard's alone, its end included. Whatever the plugin does
/// wrong short of a crash ends as an Error or a line in the log.
class SessionPlugin {
 public:
  struct Event {
    std::string_view name;
    ClientArgs args;
    bool wants_reply = false;
    uint64_t reply_id = 0;
  };

  /// `instance` is of a library with this role.
  explicit SessionPlugin(std::unique_ptr<PluginInstance> instance, Logger& logger);

  [[nodiscard]] const PluginInstance& instance() const { return *instance_; }
  [[nodiscard]] bool serves(std::string_view namespace_);
  /// Whether it answers clients without Socket.IO.
  [[nodiscard]] bool serves_bare() const;

  /// The error's message is for the client; `data` then is "" or a JSON value that goes along.
  [[nodiscard]] Status connect(seneca_client& client, std::string_view auth, std::string& data);
  void connected(seneca_client& client, std::string_view auth);
  /// False: not its event. An error refuses it.
  [[nodiscard]] Result<bool> client_event(seneca_client& client, const Event& event);
  /// `args` null: no reply came in time.
  void replied(seneca_client& client, uint64_t reply_id, const ClientArgs* args);
  void disconnected(seneca_client& client, std::string_view reason);
  void message(seneca_client& client, bool binary, std::string_view bytes);

  /// The subprotocol that it translates; "" without the codec role, which the others need.
  [[nodiscard]] std::string_view subprotocol() const;
  [[nodiscard]] bool encodes_binary() const { return codec_->binary != 0; }
  /// The seneca.v1.json request for a client's message. Code bad_message, its message is for the client.
  [[nodiscard]] Result<std::string> decode(std::string_view message, bool binary);
  /// Its message for one of seneca.v1.json; nothing when it has none, which is counted and logged.
  [[nodiscard]] std::optional<std::string> encode(std::string_view json);

 private:
  template <class Call>
  void run(std::string_view what, Call call);

  const std::unique_ptr<PluginInstance> instance_;
  const seneca_session role_;  // all null without that role
  const seneca_codec* const codec_;
  Logger& logger_;
};

/// In the configured order; a shard's own.
using SessionPlugins = std::vector<std::shared_ptr<SessionPlugin>>;

}  // namespace relay
