#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>

#include "conflate/held_event.h"

namespace conflate {

/// The latest event of each key that is held back, in the order in which the keys began to wait: a newer
/// event takes the place of the older one and leaves as early as that would have. At most so many keys and
/// bytes: who adds makes room first. Owned by the plugin, used on its thread.
class HeldEvents {
 public:
  struct Held {
    std::string key;
    HeldEvent event;
    int64_t since_us;
  };

  HeldEvents(size_t max_keys, size_t max_bytes) : max_keys_(max_keys), max_bytes_(max_bytes) {}

  [[nodiscard]] bool empty() const { return held_.empty(); }
  /// Whether it could hold `event` as well.
  [[nodiscard]] bool has_room(const std::string& key, const HeldEvent& event) const;
  /// Holds `event` for its key. True when an older one was there, which is gone.
  bool hold(const std::string& key, HeldEvent event, int64_t now_us);
  /// The event of a key, or null.
  [[nodiscard]] const Held* find(const std::string& key) const;
  /// The one that waits longest; there is one.
  [[nodiscard]] const Held& oldest() const { return held_.front(); }
  /// Forgets the event of a key that is held.
  void erase(const std::string& key);

  [[nodiscard]] auto begin() const { return held_.begin(); }
  [[nodiscard]] auto end() const { return held_.end(); }

 private:
  const size_t max_keys_;
  const size_t max_bytes_;
  size_t bytes_ = 0;
  std::list<Held> held_;
  std::unordered_map<std::string, std::list<Held>::iterator> places_;
};

}  // namespace conflate
