#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "pipeline/routed_batch.h"

namespace relay {

/// Compiles the configured routes. Errors name the route by its index.
[[nodiscard]] Result<std::shared_ptr<const RouteTable>> compile_routes(
    const std::vector<RouteConfig>& routes);

/// Appends a delivery for every route that takes `event`; fallback routes only when no other does. None
/// takes the relay's own types, seneca.*, but those of presence: a route does whose pattern begins with
/// seneca.presence. itself, and is no fallback. Returns their number.
uint32_t route_event(const RouteTable& routes, const Event& event, std::vector<Delivery>& deliveries);

/// The most urgent of these routes decides about an event whose source chose no priority.
void apply_route_priority(Event& event, std::span<const Delivery> deliveries);

}  // namespace relay
