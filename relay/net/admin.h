#pragma once

#include <string>
#include <string_view>

namespace relay {

/// What a request wants to know about the whole relay, which no single shard can tell.
enum class AdminQuery { stats, clients, rooms, plugins };

/// Answers questions about the whole relay on the control thread. Implemented by the server.
class Admin {
 public:
  virtual ~Admin() = default;
  /// [shard] The answer goes to `Shard::respond(connection_id, …)` of shard number `shard`. False when too
  /// many questions are waiting.
  [[nodiscard]] virtual bool query(AdminQuery what, int shard, std::string_view connection_id) = 0;
};

}  // namespace relay
