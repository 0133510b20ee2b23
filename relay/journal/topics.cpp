#include "journal/topics.h"

#include <algorithm>

namespace relay {
namespace {

uint64_t hash(std::string_view text, uint64_t state = 0xcbf29ce484222325) {
  for (const char c : text) state = (state ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return state;
}

}  // namespace

uint64_t subject_topic(std::string_view subject) { return hash(subject, hash("s:")); }
uint64_t room_topic(std::string_view room) { return hash(room, hash("r:")); }

std::vector<uint64_t> topics_of(std::span<const EventRef> events) {
  std::vector<uint64_t> topics;
  for (const EventRef& event : events) {
    if (event->is_transient()) continue;
    if (!event->subject().empty()) topics.push_back(subject_topic(event->subject()));
    if (!event->room().empty()) topics.push_back(room_topic(event->room()));
  }
  std::sort(topics.begin(), topics.end());
  topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
  return topics;
}

}  // namespace relay
