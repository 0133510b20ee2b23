#pragma once

#include <seneca/ext/session.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace relay {

/// Arguments of an event or acknowledgement on their way between client and plugin; borrows.
struct ClientArgs {
  std::string_view json = "[]";  ///< an array, valid
  std::vector<std::string_view> attachments;
};

/// What a plugin may do for one client: the calls of seneca_clients, their arguments checked as far as the
/// protocol is not concerned. Implemented by what the client joined. [shard]
///
/// All answer SENECA_OK or SENECA_E_*. What a kind of client does not know is unsupported.
class PluginClient {
 public:
  virtual ~PluginClient() = default;
  /// `asker` is told of the reply, when options ask for one.
  virtual int32_t emit(seneca_client& asker, std::string_view name, const ClientArgs& args,
                       const seneca_emit_options& options);
  virtual int32_t reply(uint64_t reply_id, const ClientArgs& args);
  virtual int32_t join(std::string_view room);
  virtual int32_t leave(std::string_view room);
  virtual int32_t subscribe(std::string_view selection);
  virtual int32_t unsubscribe(std::string_view selection);
  virtual int32_t disconnect(bool close) = 0;
  virtual int32_t send(bool binary, std::string_view bytes);
};

/// The table behind SENECA_CLIENTS. `impl` of the clients it is called with is a PluginClient.
[[nodiscard]] const seneca_clients* clients_extension();

}  // namespace relay
