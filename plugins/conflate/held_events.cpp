#include "conflate/held_events.h"

#include <iterator>
#include <utility>

namespace conflate {
namespace {

// The key is there twice.
size_t footprint(const std::string& key, const HeldEvent& event) {
  return 2 * key.size() + event.footprint();
}

}  // namespace

bool HeldEvents::has_room(const std::string& key, const HeldEvent& event) const {
  const Held* const older = find(key);
  const size_t others = bytes_ - (older == nullptr ? 0 : footprint(key, older->event));
  return (older != nullptr || held_.size() < max_keys_) && others + footprint(key, event) <= max_bytes_;
}

bool HeldEvents::hold(const std::string& key, HeldEvent event, int64_t now_us) {
  bytes_ += footprint(key, event);
  const auto place = places_.find(key);
  if (place == places_.end()) {
    held_.push_back({key, std::move(event), now_us});
    places_.emplace(key, std::prev(held_.end()));
    return false;
  }
  bytes_ -= footprint(key, place->second->event);
  place->second->event = std::move(event);
  return true;
}

const HeldEvents::Held* HeldEvents::find(const std::string& key) const {
  const auto place = places_.find(key);
  return place == places_.end() ? nullptr : &*place->second;
}

void HeldEvents::erase(const std::string& key) {
  const auto place = places_.find(key);
  bytes_ -= footprint(key, place->second->event);
  held_.erase(place->second);
  places_.erase(place);
}

}  // namespace conflate
