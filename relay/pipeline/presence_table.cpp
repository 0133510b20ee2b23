#include "pipeline/presence_table.h"

#include <seneca/json.hpp>

#include "base/ids.h"

namespace relay {
namespace {

constexpr size_t kMostNamed = 1000;

// A room has no control character, so no two keys look alike.
std::string key_of(std::string_view namespace_, std::string_view room) {
  return std::string(namespace_) + '\n' + std::string(room);
}

EventRef make_event(std::string_view type, const PresenceChange& change, size_t members, int64_t wall_us) {
  std::string data = R"({"namespace":)";
  seneca::append_json_string(data, change.namespace_);
  data += ",\"room\":";
  seneca::append_json_string(data, change.room);
  data += ",\"client\":";
  seneca::append_json_string(data, change.client);
  data += ",\"members\":" + std::to_string(members) + '}';
  const std::string id = uuid_v7(wall_us);
  const std::string subject = "room:" + change.room;
  EventFields fields;
  fields.id = id;
  fields.source = "/presence";
  fields.type = type;
  fields.subject = subject;
  fields.data = data;
  fields.time_us = wall_us;
  return Event::make(fields);
}

}  // namespace

void PresenceTable::apply(const PresenceChange& change, int64_t wall_us, std::vector<EventRef>& events) {
  if (change.joined)
    join(change, wall_us, events);
  else
    leave(change, wall_us, events);
}

void PresenceTable::join(const PresenceChange& change, int64_t wall_us, std::vector<EventRef>& events) {
  const std::string key = key_of(change.namespace_, change.room);
  auto room = rooms_.find(key);
  if (room != rooms_.end()) {
    if (const auto known = room->second.find(change.client); known != room->second.end()) {
      ++known->second;
      return;
    }
  }
  const bool fresh = room == rooms_.end();
  if (counters_.members >= bounds_.members || (fresh && rooms_.size() >= bounds_.rooms))
    return ignore(change);
  if (fresh) room = rooms_.try_emplace(key).first;
  room->second.emplace(change.client, 1);
  ++counters_.members;
  counters_.rooms = rooms_.size();
  const size_t members = room->second.size();
  events.push_back(make_event(presence_type::kJoined, change, members, wall_us));
  if (fresh) events.push_back(make_event(presence_type::kOccupied, change, members, wall_us));
}

// One who is not known was beyond the bounds when it joined.
void PresenceTable::leave(const PresenceChange& change, int64_t wall_us, std::vector<EventRef>& events) {
  const auto room = rooms_.find(key_of(change.namespace_, change.room));
  if (room == rooms_.end()) return;
  const auto member = room->second.find(change.client);
  if (member == room->second.end() || --member->second > 0) return;
  room->second.erase(member);
  --counters_.members;
  const size_t members = room->second.size();
  events.push_back(make_event(presence_type::kLeft, change, members, wall_us));
  if (members > 0) return;
  rooms_.erase(room);
  counters_.rooms = rooms_.size();
  events.push_back(make_event(presence_type::kVacated, change, members, wall_us));
}

void PresenceTable::ignore(const PresenceChange& change) {
  if (counters_.not_counted++ > 0) return;
  logger_.warn("presence", "room " + change.room + " of " + change.namespace_ +
                               ": not counted, there are more than " + std::to_string(bounds_.rooms) +
                               " rooms or " + std::to_string(bounds_.members) +
                               " members in those of rooms.presence; narrow it (told once, stats count on)");
}

std::string PresenceTable::describe(std::string_view namespace_, std::string_view room) const {
  std::string json = "\"room\":";
  seneca::append_json_string(json, room);
  json += ",\"members\":[";
  const auto found = rooms_.find(key_of(namespace_, room));
  const size_t count = found == rooms_.end() ? 0 : found->second.size();
  if (count > 0) {
    size_t named = 0;
    for (const auto& [client, joins] : found->second) {
      if (named == kMostNamed) break;
      if (named++ > 0) json += ',';
      seneca::append_json_string(json, client);
    }
  }
  json += "],\"count\":" + std::to_string(count);
  if (count > kMostNamed) json += ",\"more\":true";
  return json;
}

}  // namespace relay
