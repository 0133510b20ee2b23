#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/gap.h"
#include "hub/shard_hub.h"
#include "session/history.h"
#include "session/member_timer.h"
#include "session/shard_services.h"
#include "session/start_position.h"
#include "session/why.h"

namespace relay {

/// Takes what an EventFeed brings. Implemented by a session.
class FeedSink {
 public:
  virtual ~FeedSink() = default;
  /// One event of the past.
  virtual void send_event(const EventRef& event) = 0;
  virtual void send_run(const Run& run) = 0;
  virtual void send_gap(const GapNotice& gap) = 0;
  /// How many events of the past may be sent now.
  [[nodiscard]] virtual size_t history_room() const = 0;
};

/// The subscriptions of one stream client, live and catching up with the past. Owned by its session. [shard]
///
/// A subscription that begins in the past reads the log up to what the hub has dispatched, a bounded chunk a
/// step, and joins the hub at exactly that point. What is on the disk only comes in chunks, one at a time.
/// Invariant: an event is sent once however many subscriptions match it, and those of one subscription come
/// in the order of their offsets, with no hole that was not told.
class EventFeed final : private Subscriber {
 public:
  static constexpr size_t kMaxSubscriptions = 64;

  /// `client` is the session's id, which outlives the feed.
  EventFeed(ShardServices& services, FeedSink& sink, std::string_view client);
  ~EventFeed() override;

  /// From now on it brings what `access` allows, and rooms that it does not are left. Null: everything.
  void restrict_to(AccessRef access);

  /// `name` is the client's; one it uses already is replaced. Errors
  /// `too_many_subscriptions`, `forbidden`.
  [[nodiscard]] Status subscribe(std::string name, Selection selection, const StartPosition& start);
  /// False when there is no such subscription.
  bool unsubscribe(std::string_view name);
  /// Rooms of the namespace "/". Errors `bad_room`, `room_full`, `too_many_subscriptions`, `forbidden`.
  [[nodiscard]] Status join(const std::string& room);
  bool leave(std::string_view room);

  /// What it had asked History for.
  void fetched(HistoryChunk&& chunk);
  /// There is room in the outbox again.
  void step();
  void clear();

  [[nodiscard]] Interest interest_in(const Event& event) const;
  [[nodiscard]] std::vector<std::string> rooms() const;
  [[nodiscard]] std::vector<std::string> selections() const;

 private:
  enum class Phase { seeking, reading, live };
  struct Entry {
    std::string name;                            // of the subscription, or the room
    std::shared_ptr<const Selection> selection;  // null: a room
    Phase phase = Phase::live;
    uint64_t first = 0;                 // offsets from here on are this entry's to send
    uint64_t live_from = 0;             // live: the first offset that came by way of the hub
    uint64_t cursor = 0;                // reading: the next offset; seeking: the lowest looked at
    uint64_t wanted = 0;                // seeking: matching events still to be found
    int64_t not_before_us = INT64_MIN;  // reading: skip what comes first and is older
    bool resumed = false;
    bool watched = false;  // a room: that the client is in it has been told
  };

  // Subscriber
  void deliver(const Run& run) override { sink_.send_run(run); }
  void missed(uint64_t from, uint64_t to) override;

  [[nodiscard]] Entry* find(std::string_view name, bool room);
  bool remove(std::string_view name, bool room);
  void detach(const Entry& entry);
  void on_timer(int64_t now_us);
  void seek(Entry& entry);
  void read(Entry& entry);
  void go_live(Entry& entry);
  [[nodiscard]] bool load(uint64_t from, uint64_t to, size_t limit);
  void read_chunk(Entry& entry, size_t limit);
  void tell_holes(Entry& entry, uint64_t before);
  [[nodiscard]] Interest::Kind interest_of(const Entry& entry, const Event& event) const;
  [[nodiscard]] bool wants(const Entry& entry, const Event& event) const;
  [[nodiscard]] bool sent_by_another(const Entry& entry, const Event& event) const;

  ShardServices& services_;
  FeedSink& sink_;
  const std::string_view client_;
  AccessRef access_;  // null: no restriction
  std::vector<Entry> entries_;
  HistoryChunk chunk_;     // read, and not all of it sent
  bool fetching_ = false;  // a chunk is on its way
  MemberTimer<EventFeed> timer_{*this, &EventFeed::on_timer};
};

}  // namespace relay
