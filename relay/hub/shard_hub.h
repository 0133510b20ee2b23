#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hub/audience_index.h"
#include "hub/selection.h"
#include "hub/subscriber.h"
#include "pipeline/routed_batch.h"

namespace relay {

/// A shard's rooms and filter classes: who gets an event. Owned by one shard; no locks. [shard]
///
/// A room exists while it has members on this shard. Rooms belong to a namespace: "general" of "/" and of
/// "/admin" are two rooms. Subscribers with equal memberships are one audience, and get their events as one
/// run.
class ShardHub {
 public:
  /// `max_room_size` is per shard; 0: no limit. `delivered`: the log's newest offset, which came before this
  /// hub.
  explicit ShardHub(size_t max_room_size, uint64_t delivered = 0);
  /// For the past of single clients, which has been dispatched up to `delivered`: without bounds, as `live`
  /// has them. Its runs have ids of their own among those of `live`, which outlives it.
  ShardHub(ShardHub& live, uint64_t delivered);
  ~ShardHub();

  /// False when the room is full. Joining twice is one membership.
  [[nodiscard]] bool join(std::string_view namespace_, std::string_view room, Subscriber& subscriber) {
    return index_.join(namespace_, room, subscriber);
  }
  /// It is one of those whom an emission to the whole namespace reaches.
  void enter_namespace(std::string_view namespace_, Subscriber& subscriber) {
    (void)index_.join(namespace_, AudienceIndex::kEverybody, subscriber);
  }
  void leave_namespace(std::string_view namespace_, Subscriber& subscriber) {
    index_.leave(namespace_, AudienceIndex::kEverybody, subscriber);
  }
  /// A room of the subscriber's own, by an id of its: others may join it, few do.
  void own(std::string_view namespace_, std::string_view room, Subscriber& subscriber) {
    index_.own(namespace_, room, subscriber);
  }
  void leave(std::string_view namespace_, std::string_view room, Subscriber& subscriber) {
    index_.leave(namespace_, room, subscriber);
  }

  /// From now on it gets only what `access` allows; null: everything. Emissions are for whom they name.
  void admit(Subscriber& subscriber, AccessRef access) { index_.admit(subscriber, std::move(access)); }

  /// A subscriber may hold several selections; an event that several match is delivered once. Returns the
  /// selection that all who asked for the same share: to be kept in place of an equal one.
  std::shared_ptr<const Selection> subscribe(std::shared_ptr<const Selection> selection,
                                             Subscriber& subscriber) {
    return index_.subscribe(std::move(selection), subscriber);
  }
  void unsubscribe(const Selection& selection, Subscriber& subscriber) {
    index_.unsubscribe(selection, subscriber);
  }

  /// A client that gets what views make has come, or has gone. While there is none on any shard, views are
  /// not rendered, and what was sequenced then is not sent to the rooms of those who have come since.
  void page_came() { pages_.fetch_add(1); }
  void page_went() { pages_.fetch_sub(1); }
  [[nodiscard]] bool has_pages() const { return pages_.load() != 0; }  ///< [any-thread]
  /// The first offset behind the newest batch without views.
  [[nodiscard]] uint64_t pages_from() const { return pages_from_; }

  /// Hands the batch to everybody it is for, and does what its emissions ask for, in the order of offsets.
  void dispatch(const RoutedBatch& batch) { dispatch(batch, batch.events); }
  /// The same with some of its events, which follow each other.
  void dispatch(const RoutedBatch& batch, std::span<const RoutedEvent> events);
  void missed(uint64_t from, uint64_t to);
  /// What lies up to `to` is for nobody.
  void pass(uint64_t to) { delivered_ = std::max(delivered_, to); }
  /// Whether `offset` lies in one of the newest ranges that were missed.
  [[nodiscard]] bool was_missed(uint64_t offset) const;

  /// The newest offset dispatched or missed: history up to here, live from the next.
  [[nodiscard]] uint64_t delivered() const { return delivered_; }

  /// The routes of the newest batch dispatched; never null.
  [[nodiscard]] const RouteTable& routes() const { return *routes_; }
  [[nodiscard]] std::shared_ptr<const RouteTable> shared_routes() const { return routes_; }

  struct RoomInfo {
    std::string namespace_;
    std::string name;
    size_t members = 0;
  };
  [[nodiscard]] std::vector<RoomInfo> rooms() const;
  /// How many are in each namespace as such: rooms without a name.
  [[nodiscard]] std::vector<RoomInfo> namespaces() const;
  [[nodiscard]] size_t filter_classes() const;

 private:
  /// What sets a subscriber's run apart from its audience's.
  struct OwnHit {
    Subscriber* subscriber;
    Hit hit;
    bool excepted = false;  // a hit of its audience that it does not get
  };

  void gather(const RoutedBatch& batch, const RoutedEvent& event);
  void gather_shaped(const RoutedBatch& batch, const RoutedEvent& event, const Delivery& delivery);
  void gather_emission(const RoutedEvent& event, const Emission& emission);
  void change(const Emission& emission);
  void deliver(const RoutedBatch& batch);
  void gather_for_room(const Room& room, const Hit& hit);
  void gather_for(const std::vector<Audience*>& audiences, const Hit& hit);
  void deliver_apart(const RoutedBatch& batch);
  [[nodiscard]] bool may_see(const Access& access, const Hit& hit);

  AudienceIndex index_;
  std::shared_ptr<const RouteTable> routes_;
  uint64_t delivered_ = 0;
  uint64_t pages_from_ = 1;
  std::atomic<uint32_t> pages_{0};
  std::deque<std::pair<uint64_t, uint64_t>> missed_ranges_;
  // While a batch is dispatched:
  uint64_t stamp_ = 0;  // of the delivery being handed over
  const RoutedBatch* gathering_ = nullptr;
  const RoutedEvent* placed_ = nullptr;  // whose places are in places_
  std::vector<Place> places_;
  uint64_t own_runs_ = 0;
  uint64_t& runs_ = own_runs_;      // ids given to runs
  std::vector<Audience*> touched_;  // audiences that have hits
  std::vector<OwnHit> own_hits_;    // of subscribers' own rooms, and of those excepted
};

}  // namespace relay
