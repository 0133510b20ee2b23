#include "journal/topics.h"

#include <algorithm>

#include "base/fnv.h"

namespace relay {
uint64_t subject_topic(std::string_view subject) { return fnv1a(subject, fnv1a("s:")); }
uint64_t room_topic(std::string_view room) { return fnv1a(room, fnv1a("r:")); }

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
