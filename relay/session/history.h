#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "codec/http_response.h"
#include "event/event.h"
#include "log/log.h"
#include "pipeline/routed_batch.h"

namespace relay {

/// A stretch of the log: everything from `from` to before `next` is in `events`, in a hole, or was never kept
/// on purpose.
struct HistoryChunk {
  uint64_t from = 0, next = 0;
  std::vector<EventRef> events;
  std::vector<LogReader::Hole> holes;
  RoutedBatchRef routed{};  ///< in place of `events`, when that was asked for

  [[nodiscard]] bool covers(uint64_t offset) const { return from <= offset && offset < next; }
};

/// Reads what memory no longer holds, and brings it to the shard that asks. Implemented by the shard over the
/// log. [shard]
class History {
 public:
  virtual ~History() = default;
  /// The session's `fetched` is called later. False: too many reads wait; ask again in a moment.
  [[nodiscard]] virtual bool fetch(uint64_t from, uint64_t to, size_t limit, std::string_view session_id) = 0;
  /// The same with the events as the pipeline handed them to shards, by the routes and views there are now.
  /// When the pipeline has too much to do nothing is in it, and `next` is `from`.
  [[nodiscard]] virtual bool fetch_routed(uint64_t from, uint64_t to, size_t limit,
                                          std::string_view session_id) = 0;
  /// The request that waits on that connection is answered by what `job` makes, on another thread. False:
  /// too many reads wait.
  [[nodiscard]] virtual bool answer(const Log& log, std::string_view connection_id,
                                    std::function<HttpResponse(LogReader&)> job) = 0;
};

}  // namespace relay
