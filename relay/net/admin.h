#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "codec/http_response.h"

namespace relay {

class Pipeline;

/// What a request wants to know about the whole relay, which no single shard can tell.
enum class AdminQuery { stats, clients, rooms, plugins, why };

struct AdminQuestion {
  AdminQuery what = AdminQuery::stats;
  std::string client;   ///< why: which client
  uint64_t offset = 0;  ///< why: which event
  // Where the answer goes: `Shard::respond(connection_id, …)` of this shard.
  int shard = 0;
  std::string connection_id;
};

/// What a request has the relay do with one of its plugins.
struct PluginOrder {
  enum class What { reload, enable, disable };
  What what = What::reload;
  std::string name;
  // Where the answer goes, as above.
  int shard = 0;
  std::string connection_id;
};

/// A request that the pipeline answers itself, between two batches.
struct PipelineQuestion {
  std::function<HttpResponse(Pipeline&)> answer;  ///< [pipeline]
  // Where the answer goes, as above.
  int shard = 0;
  std::string connection_id;
};

/// Answers questions about the whole relay on a thread for that, and has the control thread carry out orders.
/// Implemented by the server.
class Admin {
 public:
  virtual ~Admin() = default;
  /// [shard] False when too many questions are waiting.
  [[nodiscard]] virtual bool ask(AdminQuestion question) = 0;
  [[nodiscard]] virtual bool ask_pipeline(PipelineQuestion question) = 0;
  /// [shard] False when too many orders are waiting, or nobody takes any.
  [[nodiscard]] virtual bool order(PluginOrder order) = 0;
};

}  // namespace relay
