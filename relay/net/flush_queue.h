#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "net/flush_pacer.h"

namespace relay {

class Connection;

/// Where a FlushQueue has a connection; a member of it.
struct FlushMark {
  bool urgent = false;   ///< among the urgent ones
  bool patient = false;  ///< among the patient ones
};

/// The connections of a shard that have something to write, and when they get their turn: urgent ones at the
/// end of the loop iteration, patient ones when the pacer says so. Owned by the shard's loop; no locks.
/// [shard]
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
  /// goes along to those who have not had their turn, so that nobody waits longer than from one turn to the
  /// next.
  [[nodiscard]] std::optional<int64_t> flush_due(const LookAround& look_around);
  void flush_urgent();
  /// Everything, without looking around.
  void flush_all() { flush_all(nullptr); }

  /// Events that were dispatched since the last flush of all.
  void count_dispatched(size_t events) { dispatched_ += events; }
  [[nodiscard]] size_t dispatched() const { return dispatched_; }

  void set_max_delay_us(int64_t max_delay_us) { pacer_.set_max_delay_us(max_delay_us); }
  [[nodiscard]] int64_t pause_us() const { return pacer_.pause_us(); }

 private:
  void flush(std::vector<Connection*>& connections, bool FlushMark::*mark, const LookAround& look_around);
  void flush_all(const LookAround& look_around);

  const Clock& clock_;
  FlushPacer pacer_;
  // One that turned urgent while it waited is in both.
  std::vector<Connection*> urgent_;
  std::vector<Connection*> patient_;
  size_t dispatched_ = 0;
};

}  // namespace relay
