#include "unit/event/envelope_support.h"

using namespace relay;
using namespace relay::test;

TEST_CASE("A seed event's fields become attributes") {
  const EventRef event = event_of(
      R"({"type":"task.blocked","timestamp":"2026-03-01T12:00:00Z","data":{"n": 1},"source":"tester",)"
      R"("metadata":{"severity":"high","category":"task","priority":"critical","trace":"t","n":[1]},)"
      R"("id":"i1","subject":"task:1","room":"r"})");
  const EventFields& fields = event->fields();
  CHECK(fields.type == "task.blocked");
  CHECK(fields.time_us == kStamp);
  CHECK(fields.source == "/seneca/tester");
  CHECK(fields.origin == "tester");
  CHECK(fields.severity == "high");
  CHECK(fields.extensions == R"("category":"task")");
  CHECK(fields.priority == Priority::critical);
  CHECK(fields.has_priority);
  CHECK(fields.id == "i1");
  CHECK(fields.subject == "task:1");
  CHECK(fields.room == "r");
  CHECK(fields.data == R"({"n": 1,"metadata":{"trace":"t","n":[1]}})");
}

TEST_CASE("A seed source that is a path or URL stays as it is") {
  CHECK(event_of(R"({"type":"a","data":1,"source":"/x/y"})")->source() == "/x/y");
  CHECK(event_of(R"({"type":"a","data":1,"source":"https://e.org/x"})")->source() == "https://e.org/x");
  CHECK(event_of(R"({"type":"a","data":1,"source":"/x/y"})")->fields().origin.empty());
  CHECK(event_of(R"({"type":"a","data":1})")->source() == "/http");
}

TEST_CASE("A seed event without time stamp happens now") {
  CHECK(event_of(R"({"type":"a","data":1})")->time_us() == kNow);
  CHECK(event_of(R"({"type":"a","data":1,"timestamp":null})")->time_us() == kNow);
}

TEST_CASE("A time stamp without zone is taken in the configured one") {
  EnvelopeOptions options = http();
  options.naive_tz_offset_s = 3600;
  CHECK(event_of(R"({"type":"a","data":1,"timestamp":"2026-03-01 13:00:00"})", options)->time_us() == kStamp);
}

TEST_CASE("A bad field of a seed event is refused by name") {
  CHECK(error_of(R"({"type":"a","data":1,"timestamp":"yesterday"})") == "bad_field timestamp");
  CHECK(error_of(R"({"type":"a","data":1,"timestamp":5})") == "bad_field timestamp");
  CHECK(error_of(R"({"type":5,"data":1})") == "bad_field type");
  CHECK(error_of(R"({"type":"","data":1})") == "missing_field type");
  CHECK(error_of(R"({"type":"a","data":1,"id":7})") == "bad_field id");
  CHECK(error_of(R"({"type":"a","data":1,"priority":"urgent"})") == "bad_priority priority");
  CHECK(error_of(R"({"type":"a","data":1,"priority":3})") == "bad_priority priority");
}

TEST_CASE("A priority beside data wins over the one in metadata") {
  const EventRef event = event_of(R"({"type":"a","data":1,"priority":"low","metadata":{"priority":"high"}})");
  CHECK(event->priority() == Priority::low);
}

TEST_CASE("Metadata the relay does not know is never lost") {
  CHECK(event_of(R"({"type":"a","data":1,"metadata":{"priority":"urgent"}})")->fields().extensions ==
        R"("metadata":"{\"priority\":\"urgent\"}")");
  CHECK(event_of(R"({"type":"a","data":{"metadata":1},"metadata":{"x":1}})")->fields().extensions ==
        R"("metadata":"{\"x\":1}")");
  CHECK(event_of(R"({"type":"a","data":{},"metadata":{"severity":5,"category":6}})")->data() ==
        R"({"metadata":{"severity":5,"category":6}})");
  CHECK(event_of(R"({"type":"a","data":{},"metadata":null})")->data() == "{}");
}

TEST_CASE("Attributes are unescaped") {
  const EventRef event =
      event_of(R"({"type":"a\u002eb","data":1,"subject":"\u00e4\"","source":"t\u0065st"})");
  CHECK(event->type() == "a.b");
  CHECK(event->subject() == "\xC3\xA4\"");
  CHECK(event->source() == "/seneca/test");
}
