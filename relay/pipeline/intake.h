#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "log/log.h"
#include "pipeline/presence.h"

namespace relay {

/// What became of a publication. Offsets are 0 when no event of it got one (all dropped or rejected).
struct PublishResult {
  uint64_t first_offset = 0;
  uint64_t last_offset = 0;
  uint32_t accepted = 0;  ///< events that entered the log, plus those a filter dropped
  uint32_t rejected = 0;  ///< events a plugin refused or failed on
  std::string reason;     ///< why, for the first rejected event
  std::string unkept{};   ///< "", or the code of why the journal does not keep them: nothing is acknowledged
  uint32_t repeated = 0;  ///< of the accepted: events that were in the log already
};

/// What is said of such.
inline constexpr std::string_view kUnkept =
    "the events went out live and cannot be kept now; publish them again";

/// Told once what became of a publication. Called on the pipeline thread or on the journal's: it must only
/// hand the news on.
/// Destroyed without a call when the relay stops first.
class PublishReceipt {
 public:
  virtual ~PublishReceipt() = default;
  virtual void complete(const PublishResult& result) = 0;
};

/// Events that belong together: published, and acknowledged, as one.
struct Publication {
  std::vector<EventRef> events;
  std::unique_ptr<PublishReceipt> receipt;  ///< null when nobody waits
  // Or, instead of events:
  std::vector<PresenceChange> presence{};        ///< in their order
  std::unique_ptr<PresenceQuestion> question{};  ///< answered from what came before it
  std::string key{};                             ///< idempotency key of its publisher; "": none
  /// Where its source stands behind these events, which may be none.
  std::vector<SourcePosition> positions{};

  /// How many events it counts for.
  [[nodiscard]] size_t size() const {
    return events.size() + presence.size() + positions.size() + (question ? 1 : 0);
  }
};

/// The bounded queue between everything that brings events and the pipeline thread.
///
/// Policy at the bound: refuse the newcomer whole; publishers answer 429 or stop reading, sources wait. The
/// mutex is a leaf, held for a push or a swap.
class Intake {
 public:
  Intake(size_t max_events, size_t max_bytes);

  /// [any-thread] False when full or closed: `publication` is untouched.
  [[nodiscard]] bool offer(Publication&& publication);

  /// [any-thread] Takes those that fit out of `publications`, from the front, with one wake of the pipeline.
  void offer_all(std::vector<Publication>& publications);

  /// [source threads] Waits until the intake is at most half full, `timeout_ms` passed or it closed. True
  /// when it is: a publication of up to half the bounds is taken then. Never called on a shard.
  bool wait_for_room(int timeout_ms);

  /// [pipeline] Waits up to `timeout_us` for publications or an interrupt, and takes what is queued. False
  /// once closed and empty.
  bool take(std::vector<Publication>& out, int64_t timeout_us);

  /// [any-thread] Makes a waiting `take`, or the next one, return at once.
  void interrupt();

  /// [any-thread] Refuse newcomers for this reason, a stable code, until `resume`.
  void suspend(std::string_view code);
  void resume();
  /// [any-thread] That reason; "" when newcomers are refused for want of room only.
  [[nodiscard]] std::string suspended() const;
  /// [any-thread] The same as a question that costs nothing.
  [[nodiscard]] bool is_suspended() const { return is_suspended_.load(std::memory_order_relaxed); }

  /// [any-thread] Refuse newcomers; `take` still hands out what is queued.
  void close();

  struct Counters {
    uint64_t publications = 0, events = 0, refused = 0;
    size_t queued_events = 0, queued_bytes = 0;
  };
  [[nodiscard]] Counters counters() const;

 private:
  [[nodiscard]] bool take_in(Publication& publication);

  const size_t max_events_;
  const size_t max_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable room_;
  std::vector<Publication> queue_;
  Counters counters_;
  std::string suspended_;
  std::atomic<bool> is_suspended_{false};
  bool closed_ = false;
  bool interrupted_ = false;
};

}  // namespace relay
