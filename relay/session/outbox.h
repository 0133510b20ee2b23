#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/frame.h"
#include "event/event.h"
#include "session/frame_lane.h"

namespace relay {

/// What waits to be written to one client, in four lanes. Owned by a session; no locks.
///
/// Order: as long as everything that waits fits in one write, frames leave as they came, whatever their lane.
/// A client that is further behind gets the critical lane first, then high, normal and low: what is urgent
/// waits for one write at the most.
///
/// Bound: `max_frames` and `max_bytes` over all lanes; an empty outbox takes any one frame. Policy when full:
/// the oldest frame of the lowest lane that is not above the newcomer's makes room, and when there is none
/// the newcomer itself is dropped (a gap: the offsets lost are remembered until told). Critical events and
/// control frames (offset 0: replies, pings, notices) are never dropped: without room for one, `push` answers
/// `overflow` and the session closes its connection, so nothing is lost silently.
class Outbox {
 public:
  enum class Push { queued, dropped_older, dropped_newcomer, overflow };

  Outbox(size_t max_frames, size_t max_bytes);

  [[nodiscard]] Push push(Priority lane, FrameRef frame);

  [[nodiscard]] bool empty() const { return frames_ == 0; }
  [[nodiscard]] size_t frames() const { return frames_; }
  [[nodiscard]] size_t bytes() const { return bytes_; }

  /// Appends whole frames to `out` until it holds `max_bytes` or the outbox is empty; at least one frame if
  /// there is any. Returns the number of frames moved.
  size_t drain(std::string& out, size_t max_bytes);
  /// Moves one frame only: one write per message, for when coalescing is off. With more than `behind_bytes`
  /// waiting the client is behind.
  size_t drain_one(std::string& out, size_t behind_bytes);
  void clear();

  /// Events dropped since the last call, with the range of their offsets; `events` is 0 when none was.
  struct Gap {
    uint64_t events = 0;
    uint64_t from = 0;
    uint64_t to = 0;
  };
  [[nodiscard]] Gap take_gap();
  [[nodiscard]] uint64_t dropped() const { return dropped_; }

 private:
  [[nodiscard]] FrameLane* next_lane(bool behind);
  [[nodiscard]] bool fits(size_t bytes) const;
  bool drop_oldest(Priority lane);
  void note_dropped(uint64_t offset);
  FrameRef take(FrameLane& lane, size_t index);

  const size_t max_frames_;
  const size_t max_bytes_;
  std::array<FrameLane, 4> lanes_;
  uint64_t arrivals_ = 0;
  size_t frames_ = 0;
  size_t bytes_ = 0;
  Gap gap_;
  uint64_t dropped_ = 0;
};

}  // namespace relay
