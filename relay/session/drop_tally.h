#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "session/drop_ledger.h"
#include "session/outbox.h"
#include "session/shard_services.h"

namespace relay {

/// What one client lost: counted by reason, kept in the shard's ledger, and gathered for the next gap notice.
/// Owned by its session.
class DropTally final : public DropSink {
 public:
  /// `client` is the session's id and lives as long as this.
  DropTally(std::string_view client, ShardServices& services) : client_(client), services_(services) {}

  void dropped(uint64_t offset, DropReason reason) override {
    ++total_;
    ++services_.counters.events_dropped[static_cast<size_t>(reason)];
    run_ = services_.drops.note(run_, client_, offset, reason);
    if (reason == DropReason::volatile_) return;  // its sender said that nobody need know
    gap_.from = gap_.events == 0 ? offset : std::min(gap_.from, offset);
    gap_.to = std::max(gap_.to, offset);
    gap_.reason = gap_.events == 0 ? reason : std::max(gap_.reason, reason);
    ++gap_.events;
  }

  /// Events lost since the last call, with the range of their offsets and the gravest reason.
  struct Gap {
    uint64_t events = 0;
    uint64_t from = 0;
    uint64_t to = 0;
    DropReason reason = DropReason::conflated;
  };
  [[nodiscard]] Gap take_gap() { return std::exchange(gap_, {}); }
  [[nodiscard]] uint64_t total() const { return total_; }

 private:
  const std::string_view client_;
  ShardServices& services_;
  Gap gap_;
  uint64_t total_ = 0;
  uint64_t run_ = 0;
};

}  // namespace relay
