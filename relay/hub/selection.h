#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/filter.h"
#include "event/pattern.h"
#include "pipeline/routed_batch.h"

namespace relay {

/// What a client asked for. Equal selections on a shard share one filter class.
struct Selection {
  PatternSet match;                ///< types, any of them; empty: all
  Filter filter;                   ///< empty: all
  std::vector<std::string> rooms;  ///< only events sent to one of these rooms; empty: all
  std::string as;                  ///< the Socket.IO event as which it arrives; "": as itself
  std::string namespace_;          ///< of `as`
  std::string key;                 ///< canonical text of the above: equal keys, equal selections

  /// Compiles and checks the parts; errors name the part.
  [[nodiscard]] static Result<Selection> make(const std::vector<std::string>& patterns,
                                              const std::string& filter, std::vector<std::string> rooms);
  /// Only events that a route takes for the Socket.IO event `ui_event` of `namespace_`, in that route's
  /// shape.
  void deliver_as(std::string ui_event, std::string namespace_);

  [[nodiscard]] bool matches(const RoutedBatch& batch, const RoutedEvent& event) const;
  /// The delivery as which a matching event arrives; null: as itself.
  [[nodiscard]] const Delivery* delivery_of(const RoutedBatch& batch, const RoutedEvent& event) const;
  /// For an event read from the log: `routes` say which rooms it went to.
  [[nodiscard]] bool matches(const RouteTable& routes, const Event& event) const;
};

/// Whether dispatching `event`, read from the log, goes to members of `room` of `namespace_`; "" stands for
/// all who are in the namespace.
[[nodiscard]] bool goes_to_room(const RouteTable& routes, const Event& event, std::string_view namespace_,
                                std::string_view room);
/// Whether it is an emission that is not for members of `room`, whatever other rooms they are in.
[[nodiscard]] bool excepts_room(const Event& event, std::string_view namespace_, std::string_view room);

}  // namespace relay
