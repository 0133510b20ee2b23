#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codec/gap.h"
#include "hub/recent_batches.h"
#include "hub/selection.h"
#include "session/member_timer.h"
#include "session/position.h"

namespace relay {

class Clock;
class ShardHub;

/// What a client had in a namespace when its connection was lost. Goes from shard to shard.
struct RecoveryRecord {
  // With the first offset that each can have brought.
  struct Membership {
    std::string room;
    uint64_t from;
    bool watched = false;  ///< that it is here has been told as presence
  };
  struct Subscription {
    std::shared_ptr<const Selection> selection;
    uint64_t from;
  };

  std::string pid;
  std::string sid;
  std::string namespace_;
  uint64_t from = 0;              ///< the first offset of the session
  std::vector<Membership> rooms;  ///< the first is its own, of the sid
  std::vector<Subscription> subscriptions;
  Position sent;                 ///< the last packet on its way to the client
  uint64_t ended = 0;            ///< the last offset before the end: nothing after it was sent
  uint64_t moved = 0;            ///< emissions up to here have changed its rooms already
  std::optional<GapNotice> gap;  ///< lost, and not told yet
  std::string subject;           ///< who had it, as a token said; "" where nobody was asked

  /// How far the client has got that says `offset` of itself, "" for not at all; nothing when that is no
  /// position, or one that it cannot have.
  [[nodiscard]] std::optional<Position> resume_at(std::string_view epoch, std::string_view offset) const;
};
using RecoveryRecordRef = std::unique_ptr<RecoveryRecord>;

/// One shard asks another whether it has a client's record.
struct RecoveryQuestion {
  size_t asker = 0;
  uint64_t ticket = 0;
  std::string pid;
  std::string namespace_;
};

/// A session that asks for records and may leave some. [shard]
class RecoveringSession {
 public:
  virtual ~RecoveringSession() = default;
  /// The answer to `ask`; null: nobody has it.
  virtual void found(RecoveryRecordRef record) = 0;
  /// Its client is on another connection: leave the records now, and end.
  virtual void superseded() = 0;
};

/// How a shard reaches the others. Implemented by the shard.
class RecoveryPeers {
 public:
  virtual ~RecoveryPeers() = default;
  [[nodiscard]] virtual size_t shard() const = 0;
  [[nodiscard]] virtual size_t shards() const = 0;
  /// False when that shard's mailbox is full. Its answer comes as Recovery::answered.
  [[nodiscard]] virtual bool ask(size_t shard, RecoveryQuestion question) = 0;
};

/// What a shard keeps for Socket.IO clients that lost their connection: the batches of the last while, and
/// the records of namespaces. A client may come back to any shard, which asks all others, so that a record is
/// on one shard at any time and can be taken once. [shard]
///
/// Bounds: kMaxRecords, the oldest is forgotten; a record is kept for `window_us`. While there is one its
/// client counts as a page.
class Recovery {
 public:
  static constexpr size_t kMaxRecords = 65536;

  struct Surroundings {
    ShardHub& hub;
    TimerWheel& timers;
    const Clock& clock;
    RecoveryPeers& peers;
    uint64_t& forgotten;  ///< counts records that gave way to newer ones
  };
  Recovery(const Surroundings& surroundings, int64_t window_us, const RecentBatches::Limits& limits);
  ~Recovery();

  /// Before it is dispatched.
  void note_batch(const RoutedBatchRef& batch);
  [[nodiscard]] const RecentBatches& batches() const { return batches_; }
  /// Whether all from `offset` on is here, as far as this shard has got.
  [[nodiscard]] bool covers(uint64_t offset) const;

  /// A namespace with that pid is served by `session`, until `gone`.
  void came(const std::string& pid, RecoveringSession& session) { live_[pid] = &session; }
  void gone(const std::string& pid) { live_.erase(pid); }
  void keep(RecoveryRecordRef record);

  /// What this shard has, which then has it no longer: from a session that still lives, ending that, unless
  /// it is `asker`. Null when there is nothing.
  [[nodiscard]] RecoveryRecordRef take(const std::string& pid, std::string_view namespace_,
                                       const RecoveringSession* asker = nullptr);
  /// Asks the other shards for what `take` did not find; `found` is called once, unless `forget` comes first.
  /// False when there is nobody to ask.
  [[nodiscard]] bool ask(const std::string& pid, std::string_view namespace_, RecoveringSession& asker);
  void forget(const RecoveringSession& asker);
  /// Another shard's answer.
  void answered(uint64_t ticket, RecoveryRecordRef record);

  [[nodiscard]] size_t records() const { return records_.size(); }

 private:
  struct Kept {
    RecoveryRecordRef record;
    int64_t until_us;
  };
  struct Asked {
    RecoveringSession* asker;
    size_t unanswered;
  };
  RecoveryRecordRef remove(std::list<Kept>::iterator kept);
  void on_timer(int64_t now_us);

  Surroundings around_;
  const int64_t window_us_;
  RecentBatches batches_;
  std::list<Kept> records_;  // by time
  std::unordered_map<std::string, std::list<Kept>::iterator> by_pid_;
  std::unordered_map<std::string, RecoveringSession*> live_;
  std::unordered_map<uint64_t, Asked> asked_;  // by ticket
  uint64_t next_ticket_ = 1;
  MemberTimer<Recovery> timer_{*this, &Recovery::on_timer};
};

}  // namespace relay
