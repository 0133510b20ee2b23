#pragma once

#include <cstdint>
#include <vector>

#include "event/event.h"
#include "ingest/status_board.h"
#include "ingest/stop_signal.h"
#include "pipeline/intake.h"

namespace relay {

/// Hands a source's events to the intake. A full intake is waited for, so nothing is lost and, because the
/// source thread waits here, nothing more is read meanwhile. [source thread]
class RecordDelivery {
 public:
  RecordDelivery(Intake& intake, const StopSignal& stop, StatusBoard& board)
      : intake_(intake), stop_(stop), board_(board) {}

  /// One publication: events, and where the source stands behind them; none when there is neither. Leaves
  /// both empty. False when the source was told to stop before there was room.
  [[nodiscard]] bool deliver(std::vector<EventRef>& events, uint64_t bytes,
                             std::vector<SourcePosition>& positions);
  /// For sources that have no positions.
  [[nodiscard]] bool deliver(std::vector<EventRef>& events, uint64_t bytes);

 private:
  [[nodiscard]] bool wait_and_offer(Publication& publication);

  Intake& intake_;
  const StopSignal& stop_;
  StatusBoard& board_;
};

}  // namespace relay
