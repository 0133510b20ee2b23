#include <string>

#include "marcus_relay.h"
#include "records.h"
#include "support/catch.h"

namespace relay::test {
namespace {

EventFields event_of(std::string_view type, std::string_view data) {
  EventFields fields;
  fields.id = "1";
  fields.source = "/marcus/main/derived";
  fields.type = type;
  fields.data = data;
  fields.time_us = 1776170491996986;
  return fields;
}

/// The payload for a UI event, or "declined".
std::string render(const EventFields& fields, std::string_view ui_event) {
  LoadedPlugin plugin(SENECA_MARCUS_UI_PLUGIN);
  std::string payload;
  const auto rendered = plugin.instance().render(*Event::make(fields), ui_event, payload);
  REQUIRE(rendered);
  return *rendered ? payload : "declined";
}

}  // namespace

TEST_CASE("a change of an agent's status is shown with an animation") {
  const std::string_view active =
      R"({"agent_id":"a1","old_status":"idle","new_status":"active","reason":"r"})";
  CHECK(
      render(event_of("agent.status.changed", active), "agent_update") ==
      R"({"type":"agent_status_change","agent_id":"a1","old_status":"idle","new_status":"active",)"
      R"("timestamp":"2026-04-14T12:41:31.996986Z","animation":"pulse","data":{"agent_id":"a1","status":"active",)"
      R"("change_type":"changed","old_status":"idle","new_status":"active"}})");
  const std::string idle =
      render(event_of("agent.status.changed", R"({"new_status":"idle"})"), "agent_update");
  CHECK(seneca::JsonView(idle).get("animation").equals("fade"));
}

TEST_CASE("a project's progress is shown beside its data") {
  CHECK(render(event_of(
                   "project.progress.updated",
                   R"({"task_count":4,"project_state":{"board_id":"b","total_tasks":4,"completed_tasks":1},)"
                   R"("project_id":"p1","progress":25.0})"),
               "project_update") ==
        R"({"type":"project_progress","project_id":"p1","progress":25.0,"total_tasks":4,"completed_tasks":1,)"
        R"("timestamp":"2026-04-14T12:41:31.996986Z","data":{"task_count":4,"project_state":{"board_id":"b",)"
        R"("total_tasks":4,"completed_tasks":1},"project_id":"p1","progress":25.0}})");
  CHECK(
      render(
          event_of("project.progress.updated", R"({"project_state":{"board_id":"b","progress_percent":5}})"),
          "project_update") ==
      R"({"type":"project_progress","project_id":"b","progress":5,"timestamp":"2026-04-14T12:41:31.996986Z",)"
      R"("data":{"project_state":{"board_id":"b","progress_percent":5},"project_id":"b","progress":5}})");
}

TEST_CASE("an assignment is shown with what is known of its task") {
  CHECK(render(event_of("task.assigned",
                        R"({"worker_id":"a1","task":{"id":"t1","name":"N","priority":"high"}})"),
               "task_update") ==
        R"({"type":"task_assignment","task_id":"t1","agent_id":"a1","task_name":"N","priority":"high",)"
        R"("timestamp":"2026-04-14T12:41:31.996986Z","data":{"worker_id":"a1","task":{"id":"t1","name":"N",)"
        R"("priority":"high"}}})");
  CHECK(
      render(event_of("task.assigned", R"({"task_id":"t1","agent_id":"a1"})"), "task_update") ==
      R"({"type":"task_assignment","task_id":"t1","agent_id":"a1","timestamp":"2026-04-14T12:41:31.996986Z",)"
      R"("data":{"task_id":"t1","agent_id":"a1"}})");
}

TEST_CASE("a change of health carries what the page's alert needs") {
  CHECK(render(event_of(
                   "system.health.changed",
                   R"({"status":"critical","previous":"healthy","reason":"gridlock","severity":"critical"})"),
               "health_update") ==
        R"({"type":"health_update","status":"critical","previous":"healthy",)"
        R"("timestamp":"2026-04-14T12:41:31.996986Z","data":{"status":"critical","severity":"critical",)"
        R"("message":"gridlock","previous":"healthy","reason":"gridlock"}})");

  const auto severity = [](std::string_view data, std::string_view of_event, Priority priority) {
    EventFields fields = event_of("system.health.changed", data);
    fields.severity = of_event;
    fields.priority = priority;
    const std::string payload = render(fields, "health_update");
    return seneca::JsonView(payload).pointer("/data/severity").string();
  };
  CHECK(severity("{}", "warning", Priority::high) == "warning");
  CHECK(severity("{}", "error", Priority::high) == "critical");
  CHECK(severity("{}", "", Priority::critical) == "critical");
  CHECK(severity(R"({"severity":"warning"})", "", Priority::normal) == "warning");
  CHECK(severity(R"({"severity":7})", "debug", Priority::low) == "info");
}

TEST_CASE("the general update names the event's type") {
  CHECK(render(event_of("kanban.project_switched", R"({"a":1})"), "generic_update") ==
        R"({"type":"generic_update","event_type":"kanban.project_switched",)"
        R"("timestamp":"2026-04-14T12:41:31.996986Z","data":{"a":1}})");
  CHECK(render(event_of("x", ""), "generic_update") ==
        R"({"type":"generic_update","event_type":"x","timestamp":"2026-04-14T12:41:31.996986Z","data":{}})");
}

TEST_CASE("for the rest the view leaves the shape to the relay") {
  CHECK(render(event_of("task.completed", "{}"), "task_update") == "declined");
  CHECK(render(event_of("system.ping", "{}"), "health_update") == "declined");
}

TEST_CASE("data that is no object is shown all the same") {
  for (const char* data : {"", "[1]", "null", "7", R"("text")"}) {
    for (const char* type : {"agent.status.changed", "project.progress.updated", "task.assigned",
                             "system.health.changed", "other"}) {
      const std::string payload = render(event_of(type, data), "generic_update");
      CHECK(seneca::JsonView(payload).is_object());
    }
  }
}

TEST_CASE("times show whole seconds plainly and reach back before 1970") {
  EventFields fields = event_of("x", "{}");
  const auto shown = [&fields](int64_t time_us) {
    fields.time_us = time_us;
    return seneca::JsonView(render(fields, "generic_update")).get("timestamp").string();
  };
  CHECK(shown(1000000) == "1970-01-01T00:00:01Z");
  CHECK(shown(-1) == "1969-12-31T23:59:59.999999Z");
}

}  // namespace relay::test
