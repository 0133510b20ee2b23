#include "cli/client/subscription.h"

#include <nlohmann/json.hpp>

#include "event/filter.h"
#include "support/catch.h"

namespace relay {
namespace {

using Json = nlohmann::json;

bool filter_lets_through(const std::string& expression, const std::string& type) {
  const Result<Filter> filter = Filter::parse(expression);
  REQUIRE(filter);
  EventFields fields;
  fields.type = type;
  return filter->matches(*Event::make(fields));
}

TEST_CASE("an excluded pattern becomes a filter that means the same") {
  for (const char* text : {"agent.started", "agent.*", "agent.**", "*", "**", "a.*.c", "*.x", "**.x"}) {
    const Result<Pattern> pattern = Pattern::parse(text);
    REQUIRE(pattern);
    const std::optional<std::string> filter = exclusion_filter(text);
    REQUIRE(filter);
    for (const char* type :
         {"agent", "agent.started", "agent.x.y", "a.b.c", "a.b.b.c", "x", "b.x", "c.b.x", "other"}) {
      CAPTURE(text, type, *filter);
      CHECK(filter_lets_through(*filter, type) == !pattern->matches(type));
    }
  }
}

TEST_CASE("an excluded pattern that no filter can express is applied by the client") {
  TailSelection selection;
  selection.not_match = {"a.*.**", "b.**"};
  const Result<Subscription> subscription = Subscription::make(selection);
  REQUIRE(subscription);
  CHECK(subscription->filters_here());
  CHECK(subscription->excludes("a.b.c"));
  CHECK_FALSE(subscription->excludes("b.c"));
  CHECK(subscription->filter() == "not type =~ \"b.*\"");
}

TEST_CASE("filter, priority and exclusions are joined into one expression") {
  TailSelection selection;
  selection.filter = "a == 1 or b == 2";
  selection.min_priority = "high";
  selection.not_match = {"x"};
  const Result<Subscription> subscription = Subscription::make(selection);
  REQUIRE(subscription);
  CHECK(subscription->filter() == "(a == 1 or b == 2) and priority >= high and type != \"x\"");
  CHECK(Filter::parse(subscription->filter()));
}

TEST_CASE("the request carries what was selected") {
  TailSelection selection;
  selection.match = {"agent.**"};
  selection.rooms = {"dev"};
  selection.since = "offset:17";
  const Result<Subscription> subscription = Subscription::make(selection);
  REQUIRE(subscription);
  CHECK(Json::parse(subscription->request(3, TailStart::selected)) ==
        Json::parse(R"({"op":"subscribe","id":3,"sub":"tail","match":["agent.**"],"rooms":["dev"],
                        "format":"cloudevents","since":"17"})"));
  CHECK_FALSE(Json::parse(subscription->request(3, TailStart::live)).contains("since"));
  CHECK(Json::parse(subscription->request(3, TailStart::oldest))["since"] == "0");
  const Json resume = Json::parse(subscription->resume_request(4, {"E", 42}));
  CHECK(resume["op"] == "resume");
  CHECK(resume["epoch"] == "E");
  CHECK(resume["offset"] == 42);
  CHECK_FALSE(resume.contains("since"));
}

TEST_CASE("a selection that cannot work is refused before anything is connected") {
  const auto error_of = [](const TailSelection& selection) {
    const Result<Subscription> subscription = Subscription::make(selection);
    return subscription ? std::string() : subscription.error().code;
  };
  TailSelection selection;
  selection.filter = "priority >=";
  CHECK(error_of(selection) == "bad_filter");
  selection = {};
  selection.match = {"a..b*"};
  CHECK(error_of(selection) == "bad_pattern");
  for (const char* since : {"30", "yesterday", "offset:", "offset:x", "-5m"}) {
    selection = {};
    selection.since = since;
    CAPTURE(since);
    CHECK(error_of(selection) == "bad_since");
  }
  for (const char* since : {"5m", "1.5h", "2026-03-03T12:00:00Z", "offset:0"}) {
    selection.since = since;
    CAPTURE(since);
    CHECK(error_of(selection).empty());
  }
}

}  // namespace
}  // namespace relay
