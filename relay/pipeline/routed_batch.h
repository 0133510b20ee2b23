#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "codec/emission.h"
#include "event/event.h"
#include "event/filter.h"
#include "event/pattern.h"

namespace relay {

/// A route, compiled: which events leave as which Socket.IO event, in which namespace, to which rooms.
struct Route {
  PatternSet match;
  Filter filter;  ///< matches everything when empty
  std::string event;
  std::string namespace_;
  std::vector<std::string> rooms;
  std::string view;
  Priority priority = Priority::normal;
  bool has_priority = false;
  bool fallback = false;
};

/// All routes of one configuration; immutable, replaced as a whole on reload.
using RouteTable = std::vector<Route>;

/// One way a routed event leaves: a route, and the UI payload made for it.
struct Delivery {
  const Route* route = nullptr;  ///< lives as long as the batch
  int32_t view = -1;             ///< index into RoutedBatch::views, or -1: the seed shape
};

/// An event with its offset and its deliveries [first_delivery, first_delivery + deliveries) of the batch.
struct RoutedEvent {
  EventRef event;
  uint32_t first_delivery = 0;
  uint32_t deliveries = 0;
  int32_t emission = -1;  ///< index into RoutedBatch::emissions, or -1: an event like any other
};

/// What the pipeline hands to every shard: events in offset order. Immutable and shared between threads.
struct RoutedBatch {
  std::vector<RoutedEvent> events;
  std::vector<Delivery> deliveries;
  std::vector<std::string> views;  ///< JSON, one per rendered shape
  std::vector<Emission> emissions;
  bool views_left_out = false;  ///< no page was connected when the batch was made: those that came since
                                ///< begin behind it
  std::shared_ptr<const RouteTable> routes;

  /// Null for an event like any other.
  [[nodiscard]] const Emission* emission_of(const RoutedEvent& event) const {
    return event.emission < 0 ? nullptr : &emissions[static_cast<size_t>(event.emission)];
  }
};

using RoutedBatchRef = std::shared_ptr<const RoutedBatch>;

}  // namespace relay
