#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace relay {

/// Why an event that was on its way to a client never reached it. The higher, the graver.
enum class DropReason : uint8_t {
  volatile_,     ///< sent as not worth waiting for, to a client that was behind
  conflated,     ///< a newer event of the same type and subject took its place
  queue_full,    ///< the client read too slowly
  memory_limit,  ///< the relay held too much for its clients, and most of it for this one
};
inline constexpr size_t kDropReasons = 4;

/// The name in gap notices, statistics and answers.
[[nodiscard]] std::string_view to_string(DropReason reason);

/// Which events did not reach which client, and why: the newest kMaxRuns runs of a shard's drops. Owned by
/// the shard; no locks.
class DropLedger {
 public:
  static constexpr size_t kMaxRuns = 4096;

  /// The events [from, to] of one client, one after the other without a hole.
  struct Run {
    std::string client;
    uint64_t from = 0;
    uint64_t to = 0;
    DropReason reason = DropReason::queue_full;
    int64_t wall_us = 0;  ///< of the last drop
  };

  explicit DropLedger(const Clock& clock) : clock_(clock) {}

  /// `run` is what the client's last `note` returned; a drop that continues it makes no new one. 0: none.
  [[nodiscard]] uint64_t note(uint64_t run, std::string_view client, uint64_t offset, DropReason reason);

  [[nodiscard]] std::optional<Run> find(std::string_view client, uint64_t offset) const;

 private:
  const Clock& clock_;
  std::vector<Run> runs_;  // a ring once it is full
  uint64_t count_ = 0;     // runs ever begun; the newest has this number
};

}  // namespace relay
