#include "journal/topics.h"

#include <algorithm>
#include <vector>

#include "support/catch.h"

using namespace relay;

namespace {

EventRef about(std::string_view subject, std::string_view room, bool transient = false) {
  EventFields fields;
  fields.id = fields.source = fields.type = "x";
  fields.subject = subject;
  fields.room = room;
  EventRef event = Event::make(fields);
  event->set_transient(transient);
  return event;
}

}  // namespace

TEST_CASE("a topic is the FNV-1a hash of the kind and the name") {
  CHECK(subject_topic("") == 0x08d90407b578d9c8U);
  CHECK(subject_topic("task:T1") != room_topic("task:T1"));
}

TEST_CASE("events have the topics of their subjects and rooms, each once and sorted") {
  const std::vector<EventRef> events = {about("a", ""), about("b", "lobby"), about("a", "lobby"),
                                        about("", "")};
  std::vector<uint64_t> expected = {subject_topic("a"), subject_topic("b"), room_topic("lobby")};
  std::sort(expected.begin(), expected.end());
  CHECK(topics_of(events) == expected);
}

TEST_CASE("what is not kept has no topics") { CHECK(topics_of(std::vector{about("a", "r", true)}).empty()); }
