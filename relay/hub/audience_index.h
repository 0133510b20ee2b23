#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hub/selection.h"
#include "hub/subscriber.h"

namespace relay {

struct Room {
  std::string namespace_;
  std::string name;
  size_t members = 0;                ///< owners included
  std::vector<Audience*> audiences;  ///< whose members are in this room
  std::vector<Subscriber*> owners;   ///< who are here besides what their audience is in
};

/// Equal selections on a shard are one filter class.
struct FilterClass {
  std::shared_ptr<const Selection> selection;
  std::vector<Audience*> audiences;
};

/// Subscribers that are in the same rooms and filter classes: what is for one of them is for all, in the same
/// order, so it is gathered and encoded once. What its members may not see is not for them.
struct Audience {
  std::vector<Room*> rooms;           ///< sorted
  std::vector<FilterClass*> classes;  ///< sorted
  AccessRef access;                   ///< null: its members may see everything
  std::vector<Subscriber*> members;
  uint64_t stamp = 0;     ///< of the delivery handed over last; keeps several rooms from bringing it twice
  std::vector<Hit> hits;  ///< of the batch being dispatched
};

/// Who is in which rooms and filter classes, and so in which audience. Owned by a ShardHub; no locks.
///
/// A room, a filter class and an audience exist while they have members. Invariant: a subscriber is in a
/// room, or in a filter class, at most once, and in exactly one audience while it is in any of either.
class AudienceIndex {
 public:
  /// The room of all who are in a namespace as such. No room that clients can name is called so.
  static constexpr std::string_view kEverybody = "";

  /// `max_room_size` 0: no limit; there is none for kEverybody.
  explicit AudienceIndex(size_t max_room_size) : max_room_size_(max_room_size) {}

  /// False when the room is full.
  [[nodiscard]] bool join(std::string_view namespace_, std::string_view room, Subscriber& subscriber);
  /// A room of the subscriber's own, which does not set it apart from its audience.
  void own(std::string_view namespace_, std::string_view room, Subscriber& subscriber);
  /// Ends either.
  void leave(std::string_view namespace_, std::string_view room, Subscriber& subscriber);

  /// Returns the selection that all who are in its filter class share: to be kept in place of an equal one.
  std::shared_ptr<const Selection> subscribe(std::shared_ptr<const Selection> selection,
                                             Subscriber& subscriber);
  void unsubscribe(const Selection& selection, Subscriber& subscriber);

  /// From now on the subscriber gets what `access` allows, wherever it is. Those with equal sight are one
  /// audience, whoever they are.
  void admit(Subscriber& subscriber, AccessRef access);

  /// Null when it is in no room and no filter class, but perhaps in one of its own.
  [[nodiscard]] static const Audience* audience_of(const Subscriber& subscriber) {
    return subscriber.audience_;
  }
  /// Null when nobody is in it.
  [[nodiscard]] const Room* find_room(std::string_view namespace_, std::string_view room) const;

  template <class Visit>
  void each_room(Visit visit) const {
    for (const auto& [namespace_, rooms] : namespaces_)
      for (const auto& [name, room] : rooms) visit(*room);
  }
  template <class Visit>
  void each_class(Visit visit) const {
    for (const auto& [key, filter_class] : classes_) visit(*filter_class);
  }
  template <class Visit>
  void each_audience(Visit visit) const {
    for (const auto& [key, audience] : audiences_) visit(*audience);
  }
  [[nodiscard]] size_t class_count() const { return classes_.size(); }
  /// Whether there are filter classes whose selection says as what events arrive.
  [[nodiscard]] bool has_shaped_classes() const { return shaped_classes_ > 0; }

 private:
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <class Value>
  using TextMap = std::unordered_map<std::string, std::unique_ptr<Value>, TextHash, std::equal_to<>>;
  using Rooms = TextMap<Room>;
  struct Key {
    std::vector<Room*> rooms;
    std::vector<FilterClass*> classes;
    std::string sight;  // of the access; "" for none
    bool operator<(const Key& other) const {
      return std::tie(rooms, classes, sight) < std::tie(other.rooms, other.classes, other.sight);
    }
  };

  Room& make_room(std::string_view namespace_, std::string_view room);
  void forget_if_empty(Room& room);
  [[nodiscard]] static Key key_of(const Subscriber& subscriber);
  void move(Subscriber& subscriber, Key key);
  void take_out(Subscriber& subscriber);

  const size_t max_room_size_;
  std::unordered_map<std::string, Rooms, TextHash, std::equal_to<>> namespaces_;
  TextMap<FilterClass> classes_;  // by the selection's key
  size_t shaped_classes_ = 0;
  std::map<Key, std::unique_ptr<Audience>> audiences_;
};

}  // namespace relay
