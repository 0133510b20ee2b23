#include "event/filter.h"
#include "support/catch.h"

using namespace relay;

namespace {

bool matches(std::string_view json) {
  EventFields fields;
  fields.id = "1";
  fields.source = "/s";
  fields.type = "task.blocked";
  fields.subject = "task:7";
  fields.extensions = R"("category":"build")";
  fields.priority = Priority::high;
  fields.time_us = 1772366400000000;
  const auto filter = Filter::parse_cloudevents(json);
  INFO(json);
  INFO((filter ? std::string() : filter.error().to_string()));
  REQUIRE(filter);
  return filter->matches(*Event::make(fields));
}

std::string error_of(std::string_view json) {
  const auto filter = Filter::parse_cloudevents(json);
  return filter ? "" : filter.error().code + " " + filter.error().subject;
}

}  // namespace

TEST_CASE("The CloudEvents dialects match attributes") {
  CHECK(matches(R"({"exact":{"type":"task.blocked","subject":"task:7"}})"));
  CHECK_FALSE(matches(R"({"exact":{"type":"task.blocked","subject":"task:8"}})"));
  CHECK(matches(R"({"prefix":{"type":"task."}})"));
  CHECK(matches(R"({"suffix":{"type":".blocked","category":"ld"}})"));
  CHECK_FALSE(matches(R"({"exact":{"missing":"x"}})"));
  CHECK(matches(R"({"exact":{"priority":"high"}})"));
  CHECK(matches(R"({"prefix":{"time":"2026-03-01T"}})"));
}

TEST_CASE("The CloudEvents dialects combine") {
  CHECK(matches(R"({"all":[{"prefix":{"type":"task"}},{"not":{"exact":{"subject":"task:8"}}}]})"));
  CHECK(matches(R"({"any":[{"exact":{"type":"x"}},{"suffix":{"subject":"7"}}]})"));
  CHECK_FALSE(matches(R"({"not":{"any":[{"exact":{"type":"task.blocked"}}]}})"));
  CHECK(matches(R"([{"prefix":{"type":"task"}},{"exact":{"id":"1"}}])"));
  CHECK_FALSE(matches(R"([{"prefix":{"type":"task"}},{"exact":{"id":"2"}}])"));
  CHECK(Filter::parse_cloudevents("[]")->matches_everything());
}

TEST_CASE("A bad CloudEvents filter is refused with its place") {
  CHECK(error_of(R"({"sql":"type = 'x'"})") == "unsupported_filter sql");
  CHECK(error_of(R"({"all":[{"exact":{"type":"x"}},{"cesql":"1"}]})") == "unsupported_filter all[1].cesql");
  CHECK(error_of(R"({"exact":{}})") == "bad_filter exact");
  CHECK(error_of(R"({"exact":5})") == "bad_filter exact");
  CHECK(error_of(R"({"exact":{"type":""}})") == "bad_filter exact.type");
  CHECK(error_of(R"({"exact":{"type":5}})") == "bad_filter exact.type");
  CHECK(error_of(R"({"exact":{"Type":"x"}})") == "bad_filter exact.Type");
  CHECK(error_of(R"({"exact":{"data":"x"}})") == "bad_filter exact.data");
  CHECK(error_of(R"({"all":[]})") == "bad_filter all");
  CHECK(error_of(R"({"not":[]})") == "bad_filter not");
  CHECK(error_of(R"({"exact":{"id":"1"},"prefix":{"id":"1"}})") == "bad_filter ");
  CHECK(error_of("{") == "bad_filter byte 1");
  std::string deep = R"({"exact":{"id":"1"}})";
  for (int i = 0; i < 40; ++i) deep = R"({"not":)" + deep + "}";
  CHECK(error_of(deep).substr(0, 10) == "bad_filter");
}
