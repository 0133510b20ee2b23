#pragma once

#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/intake.h"

namespace relay {

/// Changes of presence that the full intake cannot take yet, in the order they came. Owned by a shard.
/// [shard]
///
/// A change and its opposite, by the same client for the same room, cancel out. So there is at most one
/// change for each room that a client is in, or was in when the intake filled up, however long that lasts.
class PresenceBacklog {
 public:
  void add(PresenceChange change);
  /// All of it, in publications that an intake can take one by one.
  [[nodiscard]] std::vector<Publication> take();
  void clear();

  [[nodiscard]] size_t size() const { return changes_.size(); }
  [[nodiscard]] bool empty() const { return changes_.empty(); }

 private:
  std::list<PresenceChange> changes_;
  std::unordered_map<std::string, std::list<PresenceChange>::iterator> by_member_;
};

/// As many changes as go into one publication.
inline constexpr size_t kPresenceBatch = 256;

/// Adds the change to what waits for the intake, behind all of it.
void append_presence(std::vector<Publication>& publications, PresenceChange change);

}  // namespace relay
