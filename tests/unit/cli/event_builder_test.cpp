#include "cli/client/event_builder.h"

#include <nlohmann/json.hpp>

#include "event/envelope.h"
#include "support/catch.h"

namespace relay {
namespace {

using Json = nlohmann::json;

const SystemClock kClock;

EventBuilder builder(InjectDraft draft) {
  Result<EventBuilder> made = EventBuilder::make(std::move(draft), kClock);
  REQUIRE(made);
  return *std::move(made);
}

TEST_CASE("a drafted event is a CloudEvent the relay reads back") {
  InjectDraft draft;
  draft.type = "task.created";
  draft.subject = "task:\"T1\"";
  draft.priority = "high";
  draft.room = "dev";
  draft.attributes = {{"team", "blue"}};
  const Result<std::string> request = builder(draft).publish(9, R"({"n": 1.50})", 1);
  REQUIRE(request);
  const Json json = Json::parse(*request);
  CHECK(json["op"] == "publish");
  CHECK(json["id"] == 9);
  CHECK(json["event"]["team"] == "blue");
  const Result<EventRef> event = parse_event(json["event"].dump(), {});
  REQUIRE(event);
  CHECK((*event)->type() == "task.created");
  CHECK((*event)->subject() == "task:\"T1\"");
  CHECK((*event)->room() == "dev");
  CHECK((*event)->priority() == Priority::high);
  CHECK(request->find(R"("data":{"n": 1.50}})") != std::string::npos);
}

TEST_CASE("without a type the JSON goes as it is") {
  EventBuilder plain = builder({});
  CHECK(*plain.publish(1, R"({"type":"x", "data":1})", 1) ==
        R"({"op":"publish","id":1,"event":{"type":"x", "data":1}})");
  CHECK(*plain.publish(2, R"([{"type":"x"}])", 1) == R"({"op":"publish","id":2,"events":[{"type":"x"}]})");
  CHECK_FALSE(plain.publish(3, "17", 1));
}

TEST_CASE("bad JSON is named by line and column") {
  InjectDraft draft;
  draft.type = "x";
  EventBuilder made = builder(draft);
  const Result<std::string> one = made.publish(1, "{\n  \"a\": tru\n}", 1);
  REQUIRE_FALSE(one);
  CHECK(one.error().code == "bad_json");
  CHECK(one.error().subject.rfind("line 2, column ", 0) == 0);
  const Result<std::string> other = made.publish(1, "}", 17);
  REQUIRE_FALSE(other);
  CHECK(other.error().subject == "line 17, column 1");
}

TEST_CASE("placeholders count the events made") {
  InjectDraft draft;
  draft.type = "t.{{i}}";
  draft.subject = "s:{{i}}";
  draft.expand = true;
  EventBuilder made = builder(draft);
  CHECK(Json::parse(*made.publish(1, R"({"n":{{i}}})", 1))["event"]["type"] == "t.1");
  const Json second = Json::parse(*made.publish(2, R"({"n":{{i}}})", 1))["event"];
  CHECK(second["subject"] == "s:2");
  CHECK(second["data"]["n"] == 2);
}

TEST_CASE("an attribute name CloudEvents does not allow is refused") {
  InjectDraft draft;
  draft.attributes = {{"Trace-Id", "x"}};
  CHECK_FALSE(EventBuilder::make(draft, kClock));
}

}  // namespace
}  // namespace relay
