#pragma once

#include <vector>

#include "auth/access.h"
#include "pipeline/routed_batch.h"

namespace relay {

/// Where an event goes: the rooms of its routes, its own, or those of the emission that it is. The texts are
/// the batch's.
void append_places(const RoutedBatch& batch, const RoutedEvent& event, std::vector<Place>& places);

/// Whether somebody may see an event that was read from the log, by `routes`. [any-thread]
[[nodiscard]] bool may_see(const Access& access, const RouteTable& routes, const Event& event);

}  // namespace relay
