#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "event/filter.h"
#include "event/pattern.h"
#include "pipeline/routed_batch.h"

namespace relay {

/// One receiver of events on a shard: a plain session, an SSE stream, or one namespace of a Socket.IO
/// session. Implemented by sessions. [shard]
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  /// `delivery` is the route that led here, or null when a filter class did. Called at most once per event
  /// and delivery, in offset order. Must only queue: closing or unsubscribing anybody from inside is not
  /// allowed.
  virtual void deliver(const RoutedBatch& batch, const RoutedEvent& event, const Delivery* delivery) = 0;
  /// The offsets [from, to] will not come: this shard was too slow.
  virtual void missed(uint64_t from, uint64_t to) = 0;

 private:
  friend class ShardHub;
  uint64_t last_delivery_ =
      0;  ///< stamp of the delivery handed over last; keeps several rooms from sending twice
};

/// What a plain or SSE client asked for. Equal selections on a shard share one filter class.
struct Selection {
  PatternSet match;                ///< types, any of them; empty: all
  Filter filter;                   ///< empty: all
  std::vector<std::string> rooms;  ///< only events sent to one of these rooms; empty: all
  std::string key;                 ///< canonical text of the above: equal keys, equal selections

  /// Compiles and checks the parts; errors name the part.
  [[nodiscard]] static Result<Selection> make(const std::vector<std::string>& patterns,
                                              const std::string& filter, std::vector<std::string> rooms);
  [[nodiscard]] bool matches(const RoutedBatch& batch, const RoutedEvent& event) const;
  /// For an event read from the log: `routes` say which rooms it went to.
  [[nodiscard]] bool matches(const RouteTable& routes, const Event& event) const;
};

/// Whether dispatching `event`, read from the log, goes to members of `room` of `namespace_`.
[[nodiscard]] bool goes_to_room(const RouteTable& routes, const Event& event, std::string_view namespace_,
                                std::string_view room);

/// A shard's rooms and filter classes: who gets an event. Owned by one shard; no locks.
///
/// A room exists while it has members on this shard. Rooms belong to a namespace: "general" of "/" and of
/// "/admin" are two rooms. Invariant: a subscriber is in a room, or in a filter class, at most once.
class ShardHub {
 public:
  /// `max_room_size` is per shard; 0: no limit.
  explicit ShardHub(size_t max_room_size);
  ~ShardHub();

  /// False when the room is full. Joining twice is one membership.
  [[nodiscard]] bool join(std::string_view namespace_, std::string_view room, Subscriber& subscriber);
  void leave(std::string_view namespace_, std::string_view room, Subscriber& subscriber);

  /// A subscriber may hold several selections; an event that several match is delivered once.
  void subscribe(const std::shared_ptr<const Selection>& selection, Subscriber& subscriber);
  void unsubscribe(const Selection& selection, Subscriber& subscriber);

  /// Hands the batch to everybody it is for.
  void dispatch(const RoutedBatch& batch);
  void missed(uint64_t from, uint64_t to);
  /// Whether `offset` lies in one of the newest ranges that were missed.
  [[nodiscard]] bool was_missed(uint64_t offset) const;

  /// The newest offset dispatched or missed: history up to here, live from the next.
  [[nodiscard]] uint64_t delivered() const { return delivered_; }

  /// The routes of the newest batch dispatched; never null.
  [[nodiscard]] const RouteTable& routes() const { return *routes_; }

  struct RoomInfo {
    std::string namespace_;
    std::string name;
    size_t members = 0;
  };
  [[nodiscard]] std::vector<RoomInfo> rooms() const;
  [[nodiscard]] size_t filter_classes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::shared_ptr<const RouteTable> routes_;
  uint64_t delivered_ = 0;
};

}  // namespace relay
