#include "hub/audience_index.h"

#include <algorithm>

namespace relay {
namespace {

template <class Item>
bool contains(const std::vector<Item*>& sorted, const Item& item) {
  return std::binary_search(sorted.begin(), sorted.end(), &item);
}

template <class Item>
void insert(std::vector<Item*>& sorted, Item& item) {
  sorted.insert(std::lower_bound(sorted.begin(), sorted.end(), &item), &item);
}

// Order does not matter in these.
template <class Item>
bool erase(std::vector<Item*>& items, const Item& item) {
  const auto found = std::find(items.begin(), items.end(), &item);
  if (found == items.end()) return false;
  *found = items.back();
  items.pop_back();
  return true;
}

}  // namespace

bool AudienceIndex::join(std::string_view namespace_, std::string_view name, Subscriber& subscriber) {
  const Room* const present = find_room(namespace_, name);
  Key key = key_of(subscriber);
  if (present != nullptr) {
    const auto& owners = present->owners;
    if (contains(key.rooms, *present) || std::find(owners.begin(), owners.end(), &subscriber) != owners.end())
      return true;
    if (max_room_size_ != 0 && present->members >= max_room_size_ && name != kEverybody) return false;
  }
  Room& room = make_room(namespace_, name);
  ++room.members;
  insert(key.rooms, room);
  move(subscriber, std::move(key));
  return true;
}

void AudienceIndex::own(std::string_view namespace_, std::string_view name, Subscriber& subscriber) {
  Room& room = make_room(namespace_, name);
  ++room.members;
  room.owners.push_back(&subscriber);
}

void AudienceIndex::leave(std::string_view namespace_, std::string_view name, Subscriber& subscriber) {
  auto* const room = const_cast<Room*>(find_room(namespace_, name));
  if (room == nullptr) return;
  Key key = key_of(subscriber);
  if (const auto found = std::find(key.rooms.begin(), key.rooms.end(), room); found != key.rooms.end()) {
    key.rooms.erase(found);
    move(subscriber, std::move(key));
  } else if (!erase(room->owners, subscriber)) {
    return;
  }
  --room->members;
  forget_if_empty(*room);
}

std::shared_ptr<const Selection> AudienceIndex::subscribe(std::shared_ptr<const Selection> selection,
                                                          Subscriber& subscriber) {
  std::unique_ptr<FilterClass>& filter_class = classes_[selection->key];
  if (filter_class == nullptr) {
    filter_class = std::make_unique<FilterClass>();
    filter_class->selection = std::move(selection);
    if (!filter_class->selection->as.empty()) ++shaped_classes_;
  }
  Key key = key_of(subscriber);
  if (!contains(key.classes, *filter_class)) {
    insert(key.classes, *filter_class);
    move(subscriber, std::move(key));
  }
  return filter_class->selection;
}

void AudienceIndex::unsubscribe(const Selection& selection, Subscriber& subscriber) {
  const auto found = classes_.find(selection.key);
  if (found == classes_.end()) return;
  Key key = key_of(subscriber);
  if (std::erase(key.classes, found->second.get()) == 0) return;
  move(subscriber, std::move(key));
  if (!found->second->audiences.empty()) return;
  if (!selection.as.empty()) --shaped_classes_;
  classes_.erase(found);
}

const Room* AudienceIndex::find_room(std::string_view namespace_, std::string_view name) const {
  const auto rooms = namespaces_.find(namespace_);
  if (rooms == namespaces_.end()) return nullptr;
  const auto found = rooms->second.find(name);
  return found == rooms->second.end() ? nullptr : found->second.get();
}

Room& AudienceIndex::make_room(std::string_view namespace_, std::string_view name) {
  std::unique_ptr<Room>& room = namespaces_[std::string(namespace_)][std::string(name)];
  if (room == nullptr) {
    room = std::make_unique<Room>();
    room->namespace_ = namespace_;
    room->name = name;
  }
  return *room;
}

void AudienceIndex::forget_if_empty(Room& room) {
  if (room.members > 0) return;
  const auto rooms = namespaces_.find(room.namespace_);
  rooms->second.erase(rooms->second.find(room.name));
  if (rooms->second.empty()) namespaces_.erase(rooms);
}

AudienceIndex::Key AudienceIndex::key_of(const Subscriber& subscriber) {
  Key key;
  if (subscriber.access_ != nullptr) key.sight = subscriber.access_->sight();
  if (subscriber.audience_ == nullptr) return key;
  key.rooms = subscriber.audience_->rooms;
  key.classes = subscriber.audience_->classes;
  return key;
}

void AudienceIndex::admit(Subscriber& subscriber, AccessRef access) {
  subscriber.access_ = access != nullptr && access->sees_everything() ? nullptr : std::move(access);
  move(subscriber, key_of(subscriber));
}

void AudienceIndex::move(Subscriber& subscriber, Key key) {
  take_out(subscriber);
  if (key.rooms.empty() && key.classes.empty()) return;
  std::unique_ptr<Audience>& audience = audiences_[key];
  if (audience == nullptr) {
    audience = std::make_unique<Audience>();
    audience->rooms = std::move(key.rooms);
    audience->classes = std::move(key.classes);
    audience->access = subscriber.access_;
    for (Room* room : audience->rooms) room->audiences.push_back(audience.get());
    for (FilterClass* filter_class : audience->classes) filter_class->audiences.push_back(audience.get());
  }
  subscriber.audience_ = audience.get();
  subscriber.place_ = audience->members.size();
  audience->members.push_back(&subscriber);
}

void AudienceIndex::take_out(Subscriber& subscriber) {
  Audience* const audience = std::exchange(subscriber.audience_, nullptr);
  if (audience == nullptr) return;
  Subscriber* const last = audience->members.back();
  audience->members[subscriber.place_] = last;
  last->place_ = subscriber.place_;
  audience->members.pop_back();
  if (!audience->members.empty()) return;
  for (Room* room : audience->rooms) erase(room->audiences, *audience);
  for (FilterClass* filter_class : audience->classes) erase(filter_class->audiences, *audience);
  audiences_.erase({audience->rooms, audience->classes,
                    audience->access != nullptr ? audience->access->sight() : std::string()});
}

}  // namespace relay
