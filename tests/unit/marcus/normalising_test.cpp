#include <string>

#include "marcus_relay.h"
#include "records.h"
#include "support/catch.h"

namespace relay::test {

TEST_CASE("ids are added beside the record's own members, which stay as they were") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  const Outcome outcome = plugin.feed(
      "agent_events",
      agent_event("task_assignment",
                  R"("worker_id": "a1", "task": {"id": "t1", "name": "N\u00e4he", "priority": "low"})"));
  CHECK(outcome.event->data() ==
        R"({"worker_id": "a1", "task": {"id": "t1", "name": "N\u00e4he", "priority": "low"},)"
        R"("agent_id":"a1","task_id":"t1","task_name":"Nähe"})");

  const Outcome blocked =
      plugin.feed("conversations", said("Reporting blocker: x", R"("task_id": "t1", "project_id": "p1")"));
  CHECK(member(blocked.event, "/agent_id") == "a1");
  CHECK(member(blocked.event, "/project_id") == "p1");
  CHECK(member(blocked.event, "/status") == "blocked");
  CHECK(blocked.event->fields().severity == "warning");
}

TEST_CASE("the agent of a stored event may be only its source") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  const Outcome outcome = plugin.feed("events", stored_event("task_started", R"("task_id": "t1")", "a1"));
  CHECK(member(outcome.event, "/agent_id") == "a1");
}

TEST_CASE("ids that cannot be ids are left alone") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  const std::string huge(300, 'x');
  for (const std::string id : {R"("a\u0000b")", R"("")", "null", "{}", "true"}) {
    const Outcome outcome =
        plugin.feed("agent_events", agent_event("context_requested", "\"task_id\": " + id));
    CHECK(outcome.verdict == Verdict::pass);
    CHECK(outcome.event->subject().empty());
  }
  CHECK(plugin.feed("agent_events", agent_event("context_requested", "\"task_id\": \"" + huge + "\""))
            .event->subject()
            .empty());
  CHECK(plugin.feed("agent_events", agent_event("context_requested", "\"task_id\": 17")).event->subject() ==
        "task:17");
}

TEST_CASE("what is not a raw record of Marcus passes untouched") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  EventFields fields;
  fields.id = "1";
  fields.source = "/http";
  fields.data = R"({"worker_id":"a1"})";
  for (const char* type : {"marcus", "marcus.", "marcus.other.thing", "marcus.events", "agent.idle"}) {
    fields.type = type;
    const EventRef event = Event::make(fields);
    CHECK(plugin.feed(event).event.get() == event.get());
  }
}

TEST_CASE("a Marcus event that came over HTTP is normalised too") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  EventFields fields;
  fields.id = "1";
  fields.source = "/http";
  fields.type = "marcus.events.worker_registration";
  fields.origin = "events/worker_registration";
  fields.data = R"({"worker_id":"a1"})";
  const Outcome outcome = plugin.feed(Event::make(fields));
  CHECK(outcome.event->type() == "agent.registered");
  REQUIRE(outcome.emitted.size() == 1);
  CHECK(outcome.emitted[0]->source() == "/http/derived");
}

TEST_CASE("a configuration with unknown or wrong members is refused") {
  CHECK_THROWS(LoadedPlugin(SENECA_MARCUS_PLUGIN, R"({"offline": 3})"));
  CHECK_THROWS(LoadedPlugin(SENECA_MARCUS_PLUGIN, R"({"offline_after": 0})"));
  CHECK_NOTHROW(LoadedPlugin(SENECA_MARCUS_PLUGIN, R"({"offline_after": 60, "duplicate_window_ms": 0})"));
}

}  // namespace relay::test
