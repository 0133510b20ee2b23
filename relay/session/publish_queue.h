#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "session/member_timer.h"
#include "session/shard_services.h"
#include "session/transport.h"

namespace relay {

/// A session's way to the intake: what a full intake refuses is kept and offered again every 20 ms, in order,
/// while the client is not read. Bounded by that: only what one read had brought already can still come.
class PublishQueue {
 public:
  PublishQueue(ShardServices& services, Transport& transport, std::string_view session_id);

  /// Takes `events`; with token != 0 the session's `published` is told what became of them.
  void submit(std::vector<EventRef> events, uint64_t token);
  /// The client is not read: its silence means nothing.
  [[nodiscard]] bool waiting() const { return backlog_ != nullptr && !backlog_->kept.empty(); }
  /// Another transport is to be paused from now on.
  void move_to(Transport& transport);
  /// The session ends: what is kept is dropped.
  void clear();

 private:
  static constexpr int64_t kRetryUs = 20'000;

  struct Kept {
    std::vector<EventRef> events;
    uint64_t token = 0;
  };
  struct Backlog {
    explicit Backlog(PublishQueue& queue) : timer(queue, &PublishQueue::retry) {}
    std::vector<Kept> kept;
    MemberTimer<PublishQueue> timer;
  };
  bool offer(std::vector<EventRef>& events, uint64_t token);
  void retry(int64_t now_us);

  ShardServices& services_;
  Transport* transport_;
  const std::string_view session_id_;  // the session's own, which outlives this
  std::unique_ptr<Backlog> backlog_;   // made when first needed: most sessions never publish
};

}  // namespace relay
