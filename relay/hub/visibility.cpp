#include "hub/visibility.h"

#include <span>

#include "codec/emission.h"
#include "pipeline/route_table.h"

namespace relay {
namespace {

constexpr std::string_view kRootNamespace = "/";

void append_places(const Emission& emission, std::vector<Place>& places) {
  for (const std::string& room : emission.rooms) places.push_back({emission.namespace_, room});
}

void append_places(const Event& event, std::span<const Delivery> deliveries, std::vector<Place>& places) {
  const std::string_view own = event.room();
  for (const Delivery& delivery : deliveries) {
    const Route& route = *delivery.route;
    if (!own.empty())
      places.push_back({route.namespace_, own});
    else
      for (const std::string& room : route.rooms) places.push_back({route.namespace_, room});
  }
  // A stream's rooms are those of "/", routes or not.
  if (!own.empty() && deliveries.empty()) places.push_back({kRootNamespace, own});
}

}  // namespace

void append_places(const RoutedBatch& batch, const RoutedEvent& event, std::vector<Place>& places) {
  if (const Emission* const emission = batch.emission_of(event)) return append_places(*emission, places);
  append_places(*event.event, std::span(batch.deliveries).subspan(event.first_delivery, event.deliveries),
                places);
}

bool may_see(const Access& access, const RouteTable& routes, const Event& event) {
  std::vector<Place> places;
  if (is_emission(event.type())) {
    const Result<Emission> emission = parse_emission(event.type(), event.data());
    if (emission) append_places(*emission, places);
    return access.may_see(event.type(), places);
  }
  std::vector<Delivery> deliveries;
  route_event(routes, event, deliveries);
  append_places(event, deliveries, places);
  return access.may_see(event.type(), places);
}

}  // namespace relay
