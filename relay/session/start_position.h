#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "session/shard_services.h"

namespace relay {

/// Where a subscription begins.
struct StartPosition {
  enum class Kind {
    live,    ///< the next event that comes
    offset,  ///< at `value`
    last,    ///< with the last `value` matching events
  };
  Kind kind = Kind::live;
  uint64_t value = 0;
  int64_t not_before_us = INT64_MIN;  ///< skip what comes first and happened before
  /// Going on after a break: what the relay found in files older than itself is left out, as it is for live
  /// clients.
  bool resumed = false;
};

/// `since`: an offset ("1200", the first event wanted; "0": the oldest held), a duration ago ("5m") or a time
/// (RFC 3339). Errors `bad_since`, `offset_in_future`.
[[nodiscard]] Result<StartPosition> parse_since(std::string_view since, const ShardServices& services);

/// Behind the event with `offset` of `epoch`, the last one the client has. Errors `epoch_changed`,
/// `offset_expired` and `offset_in_future`.
[[nodiscard]] Result<StartPosition> resume_after(std::string_view epoch, uint64_t offset,
                                                 const ShardServices& services);

}  // namespace relay
