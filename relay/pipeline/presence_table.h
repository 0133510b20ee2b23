#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "event/event.h"
#include "pipeline/presence.h"

namespace relay {

/// Who is in which of the rooms that are watched, on all shards. Owned and called by the pipeline thread.
///
/// A client that joined a room twice is one member, until it has left twice: a connection that takes over
/// from another may join before the other one leaves.
class PresenceTable {
 public:
  struct Bounds {
    size_t rooms = 100'000;
    size_t members = 1'000'000;  ///< of all rooms together
  };
  struct Counters {
    size_t rooms = 0;
    size_t members = 0;
    uint64_t not_counted = 0;  ///< joins beyond the bounds
  };

  explicit PresenceTable(Logger& logger) : PresenceTable(logger, Bounds{}) {}
  PresenceTable(Logger& logger, Bounds bounds) : logger_(logger), bounds_(bounds) {}

  /// Appends the events that the change makes: none when nobody came or went by it.
  void apply(const PresenceChange& change, int64_t wall_us, std::vector<EventRef>& events);

  /// `"room":"team","members":["SID",…],"count":N`, with `"more":true` where there are more than are named.
  [[nodiscard]] std::string describe(std::string_view namespace_, std::string_view room) const;

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <class Value>
  using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;
  using Members = TextMap<uint32_t>;  // how often each has joined

  void join(const PresenceChange& change, int64_t wall_us, std::vector<EventRef>& events);
  void leave(const PresenceChange& change, int64_t wall_us, std::vector<EventRef>& events);
  void ignore(const PresenceChange& change);

  Logger& logger_;
  const Bounds bounds_;
  TextMap<Members> rooms_;  // by namespace and name
  Counters counters_;
};

}  // namespace relay
