#include "unit/event/envelope_support.h"

using namespace relay;
using namespace relay::test;

namespace {

std::string with(std::string_view members) {
  return R"({"specversion":"1.0","id":"1","source":"/s","type":"a.b")" + std::string(members) + "}";
}

}  // namespace

TEST_CASE("A CloudEvent's attributes become fields, others stay as they were written") {
  const EventRef event = event_of(with(
      R"(,"time":"2026-03-01T12:00:00Z","subject":"task:1","datacontenttype":"application/json","priority":"high",)"
      R"("severitytext":"WARN","correlationid":"c","traceparent":"tp","origin":"o","room":"r","sequence":"99",)"
      R"("offset":5,"epoch":"x","dataschema":"u\u003av","myint":7,"myflag":true,"none":null,"data":{ "a":1.0 })"));
  const EventFields& fields = event->fields();
  CHECK(fields.id == "1");
  CHECK(fields.source == "/s");
  CHECK(fields.type == "a.b");
  CHECK(fields.time_us == kStamp);
  CHECK(fields.subject == "task:1");
  CHECK(fields.priority == Priority::high);
  CHECK(fields.has_priority);
  CHECK(fields.severity == "WARN");
  CHECK(fields.correlation_id == "c");
  CHECK(fields.traceparent == "tp");
  CHECK(fields.origin == "o");
  CHECK(fields.room == "r");
  CHECK(fields.extensions == R"("dataschema":"u\u003av","myint":7,"myflag":true)");
  CHECK(fields.data == R"({ "a":1.0 })");
  CHECK(event->offset() == 0);
}

TEST_CASE("A CloudEvent without a required attribute is refused by name") {
  CHECK(error_of(R"({"specversion":"1.0","source":"/s","type":"t"})") == "missing_field id");
  CHECK(error_of(R"({"specversion":"1.0","id":"1","type":"t"})") == "missing_field source");
  CHECK(error_of(R"({"specversion":"1.0","id":"1","source":"/s"})") == "missing_field type");
  CHECK(error_of(R"({"specversion":"1.0","id":"","source":"/s","type":"t"})") == "missing_field id");
  CHECK(error_of(R"({"specversion":"1.0","id":null,"source":"/s","type":"t"})") == "missing_field id");
  CHECK(error_of(R"({"specversion":"1.0","id":1,"source":"/s","type":"t"})") == "bad_field id");
  CHECK(error_of(R"({"specversion":"0.3","id":"1","source":"/s","type":"t"})") == "bad_field specversion");
  CHECK(error_of(R"({"specversion":null,"id":"1","source":"/s","type":"t"})") == "missing_field specversion");
}

TEST_CASE("A CloudEvent's bad attribute is refused by name") {
  CHECK(error_of(with(R"(,"time":"now")")) == "bad_field time");
  CHECK(error_of(with(R"(,"priority":"urgent")")) == "bad_priority priority");
  CHECK(error_of(with(R"(,"priority":1)")) == "bad_field priority");
  CHECK(error_of(with(R"(,"my_ext":1)")) == "bad_attribute my_ext");
  CHECK(error_of(with(R"(,"MyExt":1)")) == "bad_attribute MyExt");
  CHECK(error_of(with(R"(,"":1)")) == "bad_attribute ");
  CHECK(error_of(with(R"(,"ext":{"a":1})")) == "bad_field ext");
  CHECK(error_of(with(R"(,"data_base64":5)")) == "bad_field data_base64");
  CHECK(error_of(with(R"(,"data":1,"data_base64":"eA==")")) == "bad_field data_base64");
}

TEST_CASE("Binary data and a content type of its own are kept as extension attributes") {
  CHECK(event_of(with(R"(,"datacontenttype":"image/png","data_base64":"eA==")"))->fields().extensions ==
        R"("datacontenttype":"image/png","data_base64":"eA==")");
  CHECK(event_of(with(R"(,"data":null)"))->data() == "null");
  CHECK(event_of(with(""))->data().empty());
  CHECK(event_of(with(""))->time_us() == kNow);
}

TEST_CASE("A CloudEvent in HTTP headers keeps its JSON body byte for byte") {
  const std::vector<HeaderField> headers = {{"Ce-Specversion", "1.0"},
                                            {"CE-ID", "e%20%C3%A4"},
                                            {"ce-source", " /s "},
                                            {"ce-type", "\"a.\\b\""},
                                            {"ce-time", "2026-03-01T12:00:00Z"},
                                            {"ce-priority", "low"},
                                            {"ce-myext", "x\"y%zz%2"},
                                            {"ce-sequence", "7"},
                                            {"content-length", "9"}};
  const auto event =
      event_from_cloudevent_headers(headers, "application/json; charset=utf-8", " { \"a\":1} ", http());
  REQUIRE(event);
  const EventFields& fields = (*event)->fields();
  CHECK(fields.id == "e \xC3\xA4");
  CHECK(fields.source == "/s");
  CHECK(fields.type == "a.b");
  CHECK(fields.time_us == kStamp);
  CHECK(fields.priority == Priority::low);
  CHECK(fields.extensions == R"("myext":"x\"y%zz%2")");
  CHECK(fields.data == R"({ "a":1})");
}

TEST_CASE("A body of another content type becomes text or base64") {
  const std::vector<HeaderField> headers = {
      {"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "/s"}, {"ce-type", "t"}};
  const auto fields_of = [&](std::string_view content_type, std::string_view body) {
    return *event_from_cloudevent_headers(headers, content_type, body, http());
  };
  const EventRef text = fields_of("text/plain", "a\"\n\xC3\xA4");
  CHECK(text->data() == "\"a\\\"\\n\xC3\xA4\"");
  CHECK(text->fields().extensions == R"("datacontenttype":"text/plain")");
  const EventRef binary = fields_of("application/octet-stream", std::string_view("\0\xFF"
                                                                                 "ab",
                                                                                 4));
  CHECK(binary->data().empty());
  CHECK(binary->fields().extensions ==
        R"("datacontenttype":"application/octet-stream","data_base64":"AP9hYg==")");
  CHECK(fields_of("text/plain", "\xFF")->fields().extensions ==
        R"("datacontenttype":"text/plain","data_base64":"/w==")");
  CHECK(fields_of("application/vnd.x+json", "[1]")->data() == "[1]");
  CHECK(fields_of("application/vnd.x+json", "[1]")->fields().extensions ==
        R"("datacontenttype":"application/vnd.x+json")");
  CHECK(fields_of("", "[1]")->data() == "[1]");
  CHECK(fields_of("text/plain", "")->data().empty());
}

TEST_CASE("A bad CloudEvent in HTTP headers is refused by name") {
  const auto error = [](std::vector<HeaderField> extra, std::string_view body) {
    std::vector<HeaderField> headers = {
        {"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "/s"}, {"ce-type", "t"}};
    headers.insert(headers.end(), extra.begin(), extra.end());
    const auto event = event_from_cloudevent_headers(headers, "application/json", body, http());
    return event ? std::string() : event.error().code + " " + event.error().subject;
  };
  CHECK(error({}, "1") == "");
  CHECK(error({{"CE-Id", "2"}}, "1") == "duplicate_key ce-id");
  CHECK(error({{"ce-my-ext", "2"}}, "1") == "bad_attribute ce-my-ext");
  CHECK(error({{"ce-data", "2"}}, "1") == "bad_attribute ce-data");
  CHECK(error({{"ce-x", "%FF"}}, "1") == "bad_field x");
  CHECK(error({{"ce-subject", "a%0Ab"}}, "1") == "bad_field subject");
  CHECK(error({{"ce-time", "x"}}, "1") == "bad_field time");
  CHECK(error({}, "{") == "bad_json byte 1");
  CHECK(error({}, '"' + std::string(64000, 'x') + '"') == "too_large data");
  CHECK(event_from_cloudevent_headers({{"ce-id", "1"}}, "", "", http()).error().subject == "specversion");
}
