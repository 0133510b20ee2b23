#include "event/filter.h"

#include "support/catch.h"

using namespace relay;

namespace {

EventRef sample() {
  EventFields fields;
  fields.id = "e1";
  fields.source = "/marcus/main";
  fields.type = "task.blocked";
  fields.subject = "task:7";
  fields.severity = "high";
  fields.room = "r1";
  fields.origin = "agent_events/x";
  fields.extensions = R"("category":"build","count":3)";
  fields.data =
      R"({"severity":"critical","n":5,"big":9007199254740993,"half":0.5,"ok":true,"none":null,"text":"a\u00e4\tb",)"
      R"("tags":["x","y\n",3],"list":[{"k":1},2],"a b":{"c.d":9},"0":"zero","empty":""})";
  fields.time_us = 1772366400000000;  // 2026-03-01T12:00:00Z
  fields.priority = Priority::high;
  return Event::make(fields);
}

bool matches(std::string_view expression) {
  const auto filter = Filter::parse(expression);
  INFO(expression);
  INFO((filter ? std::string() : filter.error().to_string()));
  REQUIRE(filter);
  return filter->matches(*sample());
}

std::string error_of(std::string_view expression) {
  const auto filter = Filter::parse(expression);
  if (filter) return "";
  CHECK(filter.error().code == "bad_filter");
  return filter.error().subject + ": " + filter.error().message;
}

bool starts_with(const std::string& text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

TEST_CASE("Attributes are compared by name") {
  CHECK(matches(R"(id == "e1")"));
  CHECK(matches("type == 'task.blocked'"));
  CHECK(matches("source != '/x'"));
  CHECK(matches("subject == 'task:7' and room == 'r1' and origin =~ 'agent_events/*'"));
  CHECK(matches("severity == 'high' && severitytext == 'high'"));
  CHECK_FALSE(matches("type == 'task'"));
}

TEST_CASE("Extension attributes are compared by name") {
  CHECK(matches("category == 'build'"));
  CHECK(matches("count >= 3"));
  CHECK_FALSE(matches("missing == 'x'"));
}

TEST_CASE("Paths lead into data") {
  CHECK(matches("data.severity == 'critical'"));
  CHECK(matches("data.list.0.k == 1"));
  CHECK(matches("data.list[1] == 2"));
  CHECK(matches("data[\"a b\"][\"c.d\"] == 9"));
  CHECK(matches("data['list'][0].k == 1"));
  CHECK(matches("data.0 == 'zero'"));
  CHECK(matches("exists(data)"));
  CHECK_FALSE(matches("exists(data.list.2)"));
  CHECK_FALSE(matches("data.n.x == 1"));
}

TEST_CASE("A path the event lacks makes a comparison false and != true") {
  for (const char* op : {"==", "<", "<=", ">", ">=", "=~", "startswith", "endswith", "contains"})
    CHECK_FALSE(matches("data.absent " + std::string(op) + " 'x'"));
  CHECK(matches("data.absent != 'x'"));
  CHECK(matches("data.absent != null"));
  CHECK_FALSE(matches("data.absent == null"));
  CHECK_FALSE(matches("data.absent in ['x', null]"));
  CHECK(matches("!exists(data.absent) && not exists(correlationid)"));
}

TEST_CASE("Values of different kinds are neither equal nor ordered") {
  CHECK_FALSE(matches("data.n == '5'"));
  CHECK(matches("data.n != '5'"));
  CHECK_FALSE(matches("data.n < '9'"));
  CHECK_FALSE(matches("data.tags == 'x'"));
  CHECK(matches("data.none == null && exists(data.none)"));
  CHECK(matches("data.ok == true && data.ok != false"));
}

TEST_CASE("Numbers compare by value, integers exactly") {
  CHECK(matches("data.n == 5.0 && data.n > 4 && data.n <= 5 && data.n >= -1"));
  CHECK(matches("data.big == 9007199254740993"));
  CHECK_FALSE(matches("data.big == 9007199254740992"));
  CHECK(matches("data.half == 5e-1 && data.half < 1"));
}

TEST_CASE("Texts are compared as what they stand for") {
  CHECK(matches("data.text == 'a\\u00e4\\tb'"));
  CHECK(matches("data.text == \"a\xC3\xA4\tb\""));
  CHECK(matches("data.text =~ 'a?\\tb' and data.text =~ '*b' and data.text =~ '*'"));
  CHECK_FALSE(matches("data.text =~ 'a'"));
  CHECK(matches("type startswith 'task.' && type endswith 'blocked' && type contains '.bl'"));
  CHECK(matches("type < 'task.z' && type > 'task.a'"));
  CHECK(matches("data.empty == '' and exists(data.empty)"));
  CHECK_FALSE(matches("id == 'it\\'s'"));
}

TEST_CASE("contains looks for an element of an array") {
  CHECK(matches("data.tags contains 'x'"));
  CHECK(matches("data.tags contains 'y\\n'"));
  CHECK(matches("data.tags contains 3"));
  CHECK_FALSE(matches("data.tags contains 'z'"));
  CHECK_FALSE(matches("data.n contains 5"));
}

TEST_CASE("in looks for one of several values") {
  CHECK(matches("data.severity in [\"high\", \"critical\"]"));
  CHECK(matches("data.n in [1, 5]"));
  CHECK_FALSE(matches("data.n in ['5']"));
  CHECK(matches("priority in [high, 'critical']"));
}

TEST_CASE("Priority compares by urgency") {
  CHECK(matches("priority == high && priority >= high && priority > normal && priority < critical"));
  CHECK(matches("priority >= 'low'"));
  CHECK_FALSE(matches("priority > high"));
}

TEST_CASE("Time compares with RFC 3339 texts") {
  CHECK(matches("time == '2026-03-01T13:00:00+01:00'"));
  CHECK(matches("time > '2026-03-01T11:59:59Z' and time < '2026-03-02T00:00:00Z'"));
}

TEST_CASE("and binds tighter than or, not tighter than both") {
  CHECK(matches("id == 'e1' || id == 'x' && id == 'y'"));
  CHECK_FALSE(matches("(id == 'e1' || id == 'x') && id == 'y'"));
  CHECK(matches("!id == 'x' && id == 'e1'"));
  CHECK(matches("not (id == 'x' or id == 'y')"));
  CHECK(matches(
      "type == \"task.blocked\" && data.severity in [\"high\",\"critical\"] || !exists(data.agent_id)"));
}

TEST_CASE("A blank filter matches everything") {
  CHECK(Filter::parse("  ")->matches_everything());
  CHECK(Filter().matches(*sample()));
  CHECK(Filter::parse(" id == 'x' ")->text() == "id == 'x'");
}

TEST_CASE("A bad filter is refused with column, expectation and remedy") {
  CHECK(error_of("type = 'x'") == "column 6: \"=\" is no operator; write == to compare");
  CHECK(starts_with(error_of("type == "), "column 9: expected a text in quotes, a number"));
  CHECK(starts_with(error_of("type 'x'"), "column 6: expected an operator"));
  CHECK(starts_with(error_of("type == x"), "column 9: expected a text in quotes"));
  CHECK(starts_with(error_of("type == 'x"), "column 9: a text is not closed"));
  CHECK(starts_with(error_of("agent.id == 1"),
                    "column 1: expected an attribute or a path into data; write data.agent.id"));
  CHECK(starts_with(error_of("(id == 'x'"), "column 11: expected )"));
  CHECK(starts_with(error_of("id == 'x' id == 'y'"), "column 11: expected &&, ||"));
  CHECK(starts_with(error_of("id == 'x' &"), "column 11: one & or |"));
  CHECK(starts_with(error_of("priority == urgent"), "column 13: expected critical, high"));
  CHECK(starts_with(error_of("priority =~ high"), "column 10: priority and time"));
  CHECK(starts_with(error_of("time > 5"), "column 8: expected an RFC 3339 time"));
  CHECK(starts_with(error_of("data.x < true"), "column 8: true, false and null"));
  CHECK(starts_with(error_of("type startswith 5"), "column 6: this operator takes a text"));
  CHECK(starts_with(error_of("data.x in []"), "column 12: expected a text in quotes"));
  CHECK(starts_with(error_of("data.x in ['a' 'b']"), "column 16: expected ]"));
  CHECK(starts_with(error_of("data.x == 01"), "column 11: expected a number"));
  CHECK(starts_with(error_of("data.x == 1e999"), "column 11: expected a number"));
  CHECK(starts_with(error_of("data[x] == 1"), "column 6: expected a name in quotes"));
  CHECK(starts_with(error_of("true"), "column 1: expected a path"));
  CHECK(starts_with(error_of("exists data.x"), "column 8: expected ( after exists"));
  CHECK(starts_with(error_of("id == 'a' ; 1"), "column 11: this character"));
  CHECK_FALSE(error_of("data. == 1").empty());
  CHECK_FALSE(error_of("data..a == 1").empty());
}

TEST_CASE("Length and nesting of a filter are bounded") {
  CHECK(error_of(std::string(31, '!') + "id == 'x'").empty());
  CHECK_FALSE(error_of(std::string(32, '!') + "id == 'x'").empty());
  CHECK_FALSE(error_of(std::string(2000, '(') + "id == 'x'").empty());
  CHECK_FALSE(error_of("id == '" + std::string(4096, 'x') + "'").empty());
}
