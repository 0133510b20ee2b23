#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "net/flush_pacer.h"

namespace relay {

class Connection;

/// What a FlushQueue knows about one connection; a member of it.
struct FlushMark {
  bool urgent = false;        ///< among the urgent ones
  bool patient = false;       ///< among the patient ones
  uint32_t batches_then = 0;  ///< dispatched until it became patient
  uint64_t events_then = 0;   ///< the same in events
  int64_t flushed_us = 0;     ///< in its last turn; monotonic
};

/// The connections of a shard that have something to write, and when they get their turn: urgent ones at the
/// end of the loop iteration, patient ones in the order of their last turns, with the time between two of
/// them that the pacer says. Owned by the shard's loop; no locks. [shard]
///
/// Invariant: a connection that was added is flushed once more, even if it closes meanwhile: it must not be
/// freed while it is `queued`.
class FlushQueue {
 public:
  /// Reads and takes what has come; called between connections.
  using LookAround = std::function<void()>;

  FlushQueue(const Clock& clock, int64_t max_delay_us) : clock_(clock), pacer_(max_delay_us) {}

  void add_urgent(Connection& connection);
  void add_patient(Connection& connection);
  void clear();

  [[nodiscard]] bool empty() const { return urgent_.empty() && patient_.empty(); }
  [[nodiscard]] static bool queued(const Connection& connection);

  /// Flushes those whose turn it is, each once. Microseconds until the next turn, 0: now; nothing when nobody
  /// waits for one.
  ///
  /// A flush to thousands of clients takes as long as events take to come. What `look_around` finds meanwhile
  /// goes along to those who have not had their turn.
  [[nodiscard]] std::optional<int64_t> flush_due(const LookAround& look_around);
  void flush_urgent() { flush_urgent(nullptr); }
  /// Everything, without looking around.
  void flush_all();

  /// A batch of so many events was dispatched.
  void count_dispatched(size_t events);
  /// The most events that can wait for a patient connection.
  [[nodiscard]] size_t waiting_events() const;

  void set_max_delay_us(int64_t max_delay_us) { pacer_.set_max_delay_us(max_delay_us); }
  /// From one write to a client to the next.
  [[nodiscard]] int64_t interval_us() const { return pacer_.interval_us(); }

 private:
  void flush_urgent(const LookAround& look_around);
  /// Of the first `count` patient ones, those who are due, or `all`.
  void flush_patient(size_t count, bool all, const LookAround& look_around);
  [[nodiscard]] bool too_early(const Connection& connection, int64_t now_us);
  [[nodiscard]] int64_t wait_us(const Connection& connection, int64_t now_us) const;

  const Clock& clock_;
  FlushPacer pacer_;
  std::vector<Connection*> urgent_;  // one that turned urgent while it was patient is in both
  std::deque<Connection*> patient_;
  const Connection* waited_for_ = nullptr;  // the first one, when it was too early for it
  uint64_t events_ = 0;                     // dispatched so far
  uint32_t batches_ = 0;
};

}  // namespace relay
