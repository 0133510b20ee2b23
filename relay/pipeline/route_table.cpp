#include "pipeline/route_table.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "event/envelope.h"
#include "pipeline/plugin_news.h"
#include "pipeline/presence.h"

namespace relay {
namespace {

// What the relay tells of itself; the other reserved types are orders to it.
bool is_news(std::string_view type) { return is_presence(type) || is_plugin_news(type); }

// Who wrote ** before there were such events did not mean them.
bool names_news(const Route& route, std::string_view type) {
  const auto& patterns = route.match.patterns();
  return !route.fallback && std::any_of(patterns.begin(), patterns.end(), [type](const Pattern& pattern) {
    return is_news(pattern.text()) && pattern.matches(type);
  });
}

}  // namespace

Result<std::shared_ptr<const RouteTable>> compile_routes(const std::vector<RouteConfig>& routes) {
  auto table = std::make_shared<RouteTable>();
  for (size_t i = 0; i < routes.size(); ++i) {
    const RouteConfig& config = routes[i];
    const std::string place = "routes/" + std::to_string(i);
    auto match = PatternSet::parse(config.match);
    if (!match) return fail(match.error().code, place + "/match", match.error().message);
    auto filter = Filter::parse(config.filter);
    if (!filter) return fail(filter.error().code, place + "/filter", filter.error().message);
    Route route;
    route.match = std::move(*match);
    route.filter = std::move(*filter);
    route.event = config.event;
    route.namespace_ = config.namespace_;
    route.rooms = config.rooms;
    route.view = config.view;
    route.has_priority = parse_priority(config.priority, route.priority);
    route.fallback = config.fallback;
    table->push_back(std::move(route));
  }
  return table;
}

uint32_t route_event(const RouteTable& routes, const Event& event, std::vector<Delivery>& deliveries) {
  const bool reserved = is_reserved_type(event.type());
  const auto takes = [&event, reserved](const Route& route) {
    const bool fits = reserved ? names_news(route, event.type()) : route.match.matches(event.type());
    return fits && route.filter.matches(event);
  };
  uint32_t count = 0;
  if (reserved && !is_news(event.type())) return count;
  for (const bool fallback : {false, true}) {
    for (const Route& route : routes) {
      if (route.fallback != fallback || !takes(route)) continue;
      deliveries.push_back({&route, -1});
      ++count;
    }
    if (count != 0) break;
  }
  return count;
}

void apply_route_priority(Event& event, std::span<const Delivery> deliveries) {
  if (event.fields().has_priority) return;
  std::optional<Priority> chosen;
  for (const Delivery& delivery : deliveries)
    if (delivery.route->has_priority)
      chosen = std::min(chosen.value_or(Priority::low), delivery.route->priority);
  if (chosen) event.set_priority(*chosen);
}

}  // namespace relay
