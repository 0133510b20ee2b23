#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// Tells a client that the events with the offsets [from, to] did not all reach it.
struct GapNotice {
  uint64_t skipped = 0;  ///< events lost, as far as known
  uint64_t from = 0;
  uint64_t to = 0;
  std::string_view reason;  ///< one of gap_reason, or why events were dropped (session/drop_ledger.h)
};

namespace gap_reason {
inline constexpr std::string_view kShardSlow = "shard_slow";     ///< this part of the relay was overloaded
inline constexpr std::string_view kExpired = "offset_expired";   ///< the log no longer holds them
inline constexpr std::string_view kEpoch = "epoch_changed";      ///< the log began anew
inline constexpr std::string_view kFuture = "offset_in_future";  ///< the log has not come that far
inline constexpr std::string_view kDamaged = "damaged";  ///< the journal holds them, and they cannot be read
inline constexpr std::string_view kCodec = "codec_failed";  ///< a plugin had no message for it
}  // namespace gap_reason

/// `{"skipped":…,"from":…,"to":…,"reason":"…"}`
[[nodiscard]] std::string encode_gap(const GapNotice& gap);

}  // namespace relay
