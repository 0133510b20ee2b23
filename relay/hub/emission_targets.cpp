#include "hub/emission_targets.h"

#include <algorithm>

namespace relay {
namespace {

using Rooms = std::vector<const Room*>;

Rooms find_rooms(const AudienceIndex& index, std::string_view namespace_,
                 const std::vector<std::string>& names) {
  Rooms rooms;
  for (const std::string& name : names)
    if (const Room* const room = index.find_room(namespace_, name)) rooms.push_back(room);
  return rooms;
}

// Null is nowhere.
bool is_in_any(const Audience* audience, const Rooms& rooms) {
  return audience != nullptr && std::any_of(rooms.begin(), rooms.end(), [audience](const Room* room) {
           return std::binary_search(audience->rooms.begin(), audience->rooms.end(), room);
         });
}

template <class Item>
void keep_one_of_each(std::vector<Item*>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

std::vector<Subscriber*> owners_of(const Rooms& rooms) {
  std::vector<Subscriber*> owners;
  for (const Room* const room : rooms) owners.insert(owners.end(), room->owners.begin(), room->owners.end());
  keep_one_of_each(owners);
  return owners;
}

bool contains(const std::vector<Subscriber*>& sorted, const Subscriber* subscriber) {
  return std::binary_search(sorted.begin(), sorted.end(), subscriber);
}

}  // namespace

EmissionTargets find_targets(const AudienceIndex& index, const Emission& emission) {
  const std::vector<std::string> everybody{std::string(AudienceIndex::kEverybody)};
  const Rooms wanted =
      find_rooms(index, emission.namespace_, emission.rooms.empty() ? everybody : emission.rooms);
  const Rooms barred = find_rooms(index, emission.namespace_, emission.except);
  const auto is_meant = [&](const Audience* audience) {
    return is_in_any(audience, wanted) && !is_in_any(audience, barred);
  };

  EmissionTargets targets;
  for (const Room* const room : wanted)
    for (Audience* const audience : room->audiences)
      if (!is_in_any(audience, barred)) targets.audiences.push_back(audience);
  if (wanted.size() > 1) keep_one_of_each(targets.audiences);

  const std::vector<Subscriber*> barred_owners = owners_of(barred);
  for (Subscriber* const owner : owners_of(wanted)) {
    const Audience* const audience = AudienceIndex::audience_of(*owner);
    if (is_in_any(audience, wanted) || is_in_any(audience, barred) || contains(barred_owners, owner))
      continue;
    targets.owners.push_back(owner);
  }
  for (Subscriber* const owner : barred_owners)
    if (is_meant(AudienceIndex::audience_of(*owner))) targets.excepted.push_back(owner);
  return targets;
}

std::vector<Subscriber*> find_subscribers(const AudienceIndex& index, const Emission& emission) {
  EmissionTargets targets = find_targets(index, emission);
  std::vector<Subscriber*> subscribers = std::move(targets.owners);
  for (const Audience* const audience : targets.audiences)
    for (Subscriber* const member : audience->members)
      if (!contains(targets.excepted, member)) subscribers.push_back(member);
  return subscribers;
}

}  // namespace relay
