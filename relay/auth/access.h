#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/pattern.h"

namespace relay {

/// What one role allows, or what a token narrows it to. Globs have `*` and `?`; an empty list is nothing.
struct Grant {
  std::vector<std::string> namespaces{"*"};  ///< globs of Socket.IO namespaces
  std::vector<std::string> rooms{"*"};       ///< globs of rooms
  std::vector<Pattern> types;                ///< of events that may be read
  std::vector<Pattern> publish;              ///< of events that may be published
};

/// Where an event goes.
struct Place {
  std::string_view namespace_;
  std::string_view room;
};

/// What somebody may do: the union of the grants of their roles, none of it beyond `limit`. A grant's parts
/// belong together: who may read task.** in one room and agent.** in another reads neither's types in the
/// other's room. Immutable. [any-thread]
class Access {
 public:
  Access(std::vector<Grant> grants, std::optional<Grant> limit, bool admin);

  /// Orders about the relay and its clients, and what it says of itself.
  [[nodiscard]] bool is_admin() const { return admin_; }
  [[nodiscard]] bool may_enter(std::string_view namespace_) const;
  [[nodiscard]] bool may_join(const Place& place) const;
  /// Some event, somewhere.
  [[nodiscard]] bool may_read() const;
  /// Events of this type, somewhere.
  [[nodiscard]] bool may_read(std::string_view type) const;
  /// An event of `type` that goes to `places`. One that goes nowhere is for those who may see every room.
  [[nodiscard]] bool may_see(std::string_view type, std::span<const Place> places) const;
  [[nodiscard]] bool may_publish() const;
  /// Types of the relay's own (`seneca.**`) are for admins only.
  /// One for a room needs that as well; "" is for whom the routes say.
  [[nodiscard]] bool may_publish(std::string_view type, std::string_view room = "") const;
  /// Nothing that could be subscribed to is hidden.
  [[nodiscard]] bool sees_everything() const { return sees_everything_; }

  /// Equal texts, equal sight: who has them may share what was made for one of them.
  [[nodiscard]] const std::string& sight() const { return sight_; }
  /// For people, as JSON: `{"admin":false,"grants":[{"namespaces":…}],"limit":…}`.
  [[nodiscard]] std::string to_json() const;

 private:
  template <class Allows>
  [[nodiscard]] bool any(Allows allows) const;

  std::vector<Grant> grants_;
  std::optional<Grant> limit_;
  bool admin_;
  bool sees_everything_ = false;
  std::string sight_;
};

/// Null: no restriction at all, as in a relay that asks nobody.
using AccessRef = std::shared_ptr<const Access>;

}  // namespace relay
