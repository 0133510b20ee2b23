#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/frame.h"
#include "config/config.h"
#include "event/event.h"
#include "session/drop_ledger.h"
#include "session/frame_lane.h"
#include "session/gather.h"

namespace relay {

/// Told of every event that an outbox gives up.
class DropSink {
 public:
  virtual ~DropSink() = default;
  virtual void dropped(uint64_t offset, DropReason reason) = 0;
};

/// What waits to be written to one client, in four lanes. Owned by a session; no locks.
///
/// Order: as long as everything that waits fits in one write, frames leave as they came, whatever their lane.
/// A client that is further behind gets the critical lane first, then high, normal and low: what is urgent
/// waits for one write at the most. A lane passed over in kMaxPassedOver writes gets one frame into the next.
///
/// Bound: `Limits` over all lanes; an empty outbox takes any one frame. When full, the policy decides:
/// - drop_oldest_low: the oldest frame of the lowest lane that is not above the newcomer's makes room, and
/// when
///   there is none the newcomer itself is dropped;
/// - conflate: of frames with the same key only the newest stays, in the lanes normal and low; what that does
///   not free is dropped as above;
/// - disconnect: `push` answers `overflow`.
/// Critical events and control frames (offset 0: replies, pings, notices) are never dropped: without room for
/// one, `push` answers `overflow` and the session closes its connection, so nothing is lost silently.
class Outbox {
 public:
  struct Limits {
    size_t messages;
    size_t bytes;
    SlowClientPolicy policy = SlowClientPolicy::drop_oldest_low;
  };
  enum class Push { queued, dropped_newcomer, overflow };
  static constexpr uint8_t kMaxPassedOver = 8;

  Outbox(const Limits& limits, DropSink& drops) : limits_(limits), drops_(drops) {}

  [[nodiscard]] Push push(Priority lane, FrameRef frame);

  [[nodiscard]] bool empty() const { return messages_ == 0; }
  /// Messages that wait; a bundle counts as many as it has.
  [[nodiscard]] size_t messages() const { return messages_; }
  [[nodiscard]] size_t bytes() const { return bytes_; }
  [[nodiscard]] const Limits& limits() const { return limits_; }
  [[nodiscard]] bool holds(uint64_t offset) const;

  /// Appends whole frames to `out` until it holds `max_bytes` or the outbox is empty; at least one frame if
  /// there is any. Returns the number of frames moved.
  size_t drain(Gather& out, size_t max_bytes);
  /// Moves one frame only: one write per message, for when coalescing is off. With more than `behind_bytes`
  /// waiting the client is behind.
  size_t drain_one(Gather& out, size_t behind_bytes);
  /// Gives up every event below critical.
  void shed(DropReason reason);
  void clear();

 private:
  [[nodiscard]] FrameLane* next_lane(bool behind);
  [[nodiscard]] bool fits(const Frame& frame) const;
  void give_up(const Frame& frame, DropReason reason);
  [[nodiscard]] bool make_room(Priority lane, const Frame& frame);
  [[nodiscard]] bool drop_oldest(Priority lane);
  void conflate();
  bool move_first(FrameLane& lane, Gather& out, size_t max_bytes);
  size_t move_passed_over(Gather& out, size_t max_bytes);
  FrameRef take(FrameLane& lane, size_t index);

  const Limits limits_;
  DropSink& drops_;
  std::array<FrameLane, 4> lanes_;
  std::array<uint8_t, 4> passed_over_{};  // writes that took nothing of a lane although it had something
  uint64_t arrivals_ = 0;
  uint64_t conflated_at_ = 0;  // arrivals_ when conflating was last tried
  size_t messages_ = 0;
  size_t bytes_ = 0;
};

}  // namespace relay
