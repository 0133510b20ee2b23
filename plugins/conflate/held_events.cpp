#include "conflate/held_events.h"

#include <iterator>
#include <utility>

namespace conflate {

bool HeldEvents::has_room(const std::string& key, size_t footprint) const {
  const Held* const older = find(key);
  const size_t others = bytes_ - (older == nullptr ? 0 : older->event.footprint());
  return (older != nullptr || held_.size() < max_keys_) && others + footprint <= max_bytes_;
}

bool HeldEvents::hold(const std::string& key, HeldEvent event, int64_t now_us) {
  bytes_ += event.footprint();
  const auto place = places_.find(key);
  if (place == places_.end()) {
    held_.push_back({key, std::move(event), now_us});
    places_.emplace(key, std::prev(held_.end()));
    return false;
  }
  bytes_ -= place->second->event.footprint();
  place->second->event = std::move(event);
  return true;
}

const HeldEvents::Held* HeldEvents::find(const std::string& key) const {
  const auto place = places_.find(key);
  return place == places_.end() ? nullptr : &*place->second;
}

void HeldEvents::erase(const std::string& key) {
  const auto place = places_.find(key);
  bytes_ -= place->second->event.footprint();
  held_.erase(place->second);
  places_.erase(place);
}

}  // namespace conflate
