#include "event/serialize.h"

#include <nlohmann/json.hpp>

#include "event/envelope.h"
#include "support/catch.h"

using namespace relay;

namespace {

EventFields sample() {
  EventFields fields;
  fields.id = "e1";
  fields.source = "/seneca/tester";
  fields.type = "task.blocked";
  fields.subject = "task:7";
  fields.data = R"({"n":18446744073709551616, "s":"\u00e4"})";
  fields.severity = "high";
  fields.origin = "tester";
  fields.extensions = R"("category":"task")";
  fields.time_us = 1772582000123456;
  fields.priority = Priority::high;
  return fields;
}

std::string cloudevent(const Event& event, std::string_view epoch = "") {
  std::string out;
  append_cloudevent_json(out, event, epoch);
  return out;
}

std::string seed(const Event& event) {
  std::string out;
  append_seed_json(out, event);
  return out;
}

}  // namespace

TEST_CASE("An event is written as CloudEvents JSON, data byte for byte and last") {
  const EventRef event = Event::make(sample());
  event->set_offset(42);
  CHECK(
      cloudevent(*event, "Ep-1") ==
      R"({"specversion":"1.0","id":"e1","source":"/seneca/tester","type":"task.blocked","subject":"task:7",)"
      R"("time":"2026-03-03T23:53:20.123456Z","datacontenttype":"application/json","sequence":"42","epoch":"Ep-1",)"
      R"("priority":"high","severitytext":"high","origin":"tester","category":"task",)"
      R"("data":{"n":18446744073709551616, "s":"\u00e4"}})");
}

TEST_CASE("An event without data, offset or options is written without them") {
  EventFields fields;
  fields.id = "a\"b";
  fields.source = "/x";
  fields.type = "t";
  const EventRef event = Event::make(fields);
  CHECK(cloudevent(*event, "E") == R"({"specversion":"1.0","id":"a\"b","source":"/x","type":"t",)"
                                   R"("time":"1970-01-01T00:00:00Z","priority":"normal"})");
  CHECK(seed(*event) == R"({"type":"t","timestamp":"1970-01-01T00:00:00Z","data":null,"source":"/x",)"
                        R"("metadata":{"id":"a\"b","sequence":0,"priority":"normal"}})");
}

TEST_CASE("A content type of the event's own is not written twice") {
  EventFields fields = sample();
  fields.data = "\"text\"";
  fields.extensions = R"("datacontenttype":"text/plain")";
  const auto json = nlohmann::json::parse(cloudevent(*Event::make(fields)));
  CHECK(json["datacontenttype"] == "text/plain");
  CHECK(cloudevent(*Event::make(fields)).find("application/json") == std::string::npos);
}

TEST_CASE("The seed's shape gives a bare source back") {
  const EventRef event = Event::make(sample());
  event->set_offset(42);
  CHECK(seed(*event) ==
        R"({"type":"task.blocked","timestamp":"2026-03-03T23:53:20.123456Z",)"
        R"("data":{"n":18446744073709551616, "s":"\u00e4"},"source":"tester",)"
        R"("metadata":{"id":"e1","sequence":42,"severity":"high","priority":"high","subject":"task:7"}})");
}

TEST_CASE("The compact shape has what most clients read and nothing else") {
  const auto compact = [](const Event& event) {
    std::string out;
    append_compact_json(out, event);
    return out;
  };
  const EventRef event = Event::make(sample());
  event->set_offset(42);
  CHECK(compact(*event) == R"({"offset":42,"type":"task.blocked","subject":"task:7",)"
                           R"("data":{"n":18446744073709551616, "s":"\u00e4"}})");
  EventFields fields;
  fields.id = "e";
  fields.source = "/x";
  fields.type = "t";
  CHECK(compact(*Event::make(fields)) == R"({"type":"t"})");
}

TEST_CASE("What is written as a CloudEvent is read back as the same event") {
  EventFields fields = sample();
  fields.room = "r1";
  fields.correlation_id = "c";
  fields.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  fields.has_priority = true;
  const EventRef event = Event::make(fields);
  event->set_offset(7);
  const auto again = parse_event(cloudevent(*event, "E"), EnvelopeOptions{});
  REQUIRE(again);
  CHECK(cloudevent(**again) == [&] {
    event->set_offset(0);
    return cloudevent(*event);
  }());
}
