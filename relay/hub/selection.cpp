#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "codec/emission.h"
#include "event/envelope.h"
#include "hub/selection.h"
#include "pipeline/route_table.h"

namespace relay {
namespace {

// Neither patterns nor rooms contain control characters, so these cannot make two selections look alike.
constexpr char kItemEnd = '\x1f';
constexpr char kPartEnd = '\x1e';

Result<Filter> parse_filter(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  const bool json = begin != std::string::npos && (text[begin] == '{' || text[begin] == '[');
  return json ? Filter::parse_cloudevents(text) : Filter::parse(text);
}

std::string make_key(std::vector<std::string> patterns, const std::string& filter,
                     const std::vector<std::string>& rooms) {
  std::sort(patterns.begin(), patterns.end());
  std::string key;
  for (const std::string& pattern : patterns) key += pattern + kItemEnd;
  key += kPartEnd;
  for (const std::string& room : rooms) key += room + kItemEnd;
  key += kPartEnd;
  return key += filter;
}

bool contains(const std::vector<std::string>& rooms, std::string_view room) {
  return std::find(rooms.begin(), rooms.end(), room) != rooms.end();
}

bool intersect(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&b](const std::string& room) { return contains(b, room); });
}

bool is_sent_to(const std::vector<std::string>& rooms, const Event& event,
                std::span<const Delivery> deliveries, const Emission* emission) {
  if (rooms.empty()) return true;
  if (emission != nullptr) return intersect(emission->rooms, rooms);
  if (!event.room().empty()) return contains(rooms, event.room());
  return std::any_of(deliveries.begin(), deliveries.end(),
                     [&rooms](const Delivery& delivery) { return intersect(delivery.route->rooms, rooms); });
}

// What an event read from the log is, if it is one.
std::optional<Emission> read_emission(const Event& event) {
  if (!is_emission(event.type())) return std::nullopt;
  Result<Emission> emission = parse_emission(event.type(), event.data());
  if (!emission) return std::nullopt;
  return std::move(*emission);
}

const Delivery* find_shape(const Selection& selection, std::span<const Delivery> deliveries) {
  const auto found = std::find_if(deliveries.begin(), deliveries.end(), [&selection](const Delivery& each) {
    return each.route->event == selection.as && each.route->namespace_ == selection.namespace_;
  });
  return found == deliveries.end() ? nullptr : &*found;
}

}  // namespace

bool goes_to_room(const RouteTable& routes, const Event& event, std::string_view namespace_,
                  std::string_view room) {
  if (const auto emission = read_emission(event))
    return emission->kind == Emission::Kind::emit && emission->namespace_ == namespace_ &&
           (emission->rooms.empty() ? room.empty() : contains(emission->rooms, room));
  std::vector<Delivery> deliveries;
  route_event(routes, event, deliveries);
  return std::any_of(deliveries.begin(), deliveries.end(), [&](const Delivery& delivery) {
    if (delivery.route->namespace_ != namespace_ || delivery.route->rooms.empty()) return false;
    return event.room().empty() ? contains(delivery.route->rooms, room) : event.room() == room;
  });
}

bool excepts_room(const Event& event, std::string_view namespace_, std::string_view room) {
  const auto emission = read_emission(event);
  return emission && emission->namespace_ == namespace_ && contains(emission->except, room);
}

Result<Selection> Selection::make(const std::vector<std::string>& patterns, const std::string& filter,
                                  std::vector<std::string> rooms) {
  Result<PatternSet> match = PatternSet::parse(patterns);
  if (!match) return tl::unexpected<Error>(match.error());
  Result<Filter> condition = parse_filter(filter);
  if (!condition) return tl::unexpected<Error>(condition.error());
  for (const std::string& room : rooms)
    if (!is_valid_room(room))
      return fail("bad_room", room, "a room has 1 to 200 bytes without control characters, * or >");
  std::sort(rooms.begin(), rooms.end());
  rooms.erase(std::unique(rooms.begin(), rooms.end()), rooms.end());
  std::string key = make_key(patterns, filter, rooms);
  Selection selection;
  selection.match = std::move(*match);
  selection.filter = std::move(*condition);
  selection.rooms = std::move(rooms);
  selection.key = std::move(key);
  return selection;
}

void Selection::deliver_as(std::string ui_event, std::string of_namespace) {
  as = std::move(ui_event);
  namespace_ = std::move(of_namespace);
  key += kPartEnd + as + kItemEnd + namespace_;
}

bool Selection::matches(const RoutedBatch& batch, const RoutedEvent& event) const {
  const auto deliveries = std::span(batch.deliveries).subspan(event.first_delivery, event.deliveries);
  return match.matches(event.event->type()) &&
         is_sent_to(rooms, *event.event, deliveries, batch.emission_of(event)) &&
         (as.empty() || find_shape(*this, deliveries) != nullptr) && filter.matches(*event.event);
}

const Delivery* Selection::delivery_of(const RoutedBatch& batch, const RoutedEvent& event) const {
  if (as.empty()) return nullptr;
  return find_shape(*this, std::span(batch.deliveries).subspan(event.first_delivery, event.deliveries));
}

bool Selection::matches(const RouteTable& routes, const Event& event) const {
  if (!match.matches(event.type()) || !filter.matches(event)) return false;
  if (rooms.empty() && as.empty()) return true;
  const auto emission = read_emission(event);
  std::vector<Delivery> deliveries;
  route_event(routes, event, deliveries);
  if (!as.empty() && find_shape(*this, deliveries) == nullptr) return false;
  return is_sent_to(rooms, event, deliveries, emission ? &*emission : nullptr);
}

}  // namespace relay
