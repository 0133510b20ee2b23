#pragma once

#include <seneca/plugin.h>

#include <optional>
#include <string_view>
#include <vector>

#include "isolation/bytes.h"
#include "plugin/event_batch.h"

namespace relay {

/// All of an event but its offset.
void write_event(const seneca_event& event, ByteWriter& out);
/// Borrows from what `in` reads. Nothing is checked but the length.
[[nodiscard]] seneca_event read_event(ByteReader& in);

/// What a plugin made of a batch, on its way between two processes.
struct Outcome {
  struct Change {
    int32_t field;
    std::string_view value;
  };
  struct Fate {
    int32_t verdict = SENECA_PASS;
    std::string_view reason;
    std::vector<Change> changes;
    bool other_time = false, other_priority = false;
    int64_t time_us = 0;
    int32_t priority = SENECA_PRIORITY_UNSET;
  };
  struct Emission {
    uint32_t after;
    seneca_event event;
  };
  uint64_t refused = 0;     ///< see EventBatch
  std::vector<Fate> fates;  ///< one per event; empty: all passed as they came
  std::vector<Emission> emissions;

  /// Of a closed batch.
  static void write(const EventBatch& batch, ByteWriter& out);
  /// Nothing when that is no outcome of a batch of `count` events. Borrows from `bytes`.
  [[nodiscard]] static std::optional<Outcome> read(std::string_view bytes, uint32_t count);
  /// Does the same to the events of `batch` from `first` on, as a plugin would; what the batch takes for
  /// invalid fails the event.
  void apply(const seneca_batch& batch, uint32_t first) const;
};

}  // namespace relay
