// One happening in Marcus is told by up to eleven lines. What remains of them is what clients see.

#include <algorithm>
#include <string>
#include <vector>

#include "marcus_relay.h"
#include "records.h"
#include "support/catch.h"

namespace relay::test {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kMetadata =
    R"("task_id": "t1", "status": "completed", "progress": 100, "project_id": "p1")";

/// A completion report in stdio mode, over all files.
Lines completion() {
  const std::string arguments =
      R"({"agent_id": "a1", "task_id": "t1", "status": "completed", "progress": 100})";
  const std::string report = said("Progress update: done (100%)", kMetadata);
  const std::string answer = said("Progress update received: completed at 100%", R"("acknowledged": true)");
  return {
      {"conversations", report},
      {"decisions", report},
      {"agent_events",
       agent_event("progress_update", R"("agent_id": "a1", "task_id": "t1", "status": "completed",
                                                         "progress": 100, "message": "done")")},
      {"conversations", thought("Processing progress update from a1", R"("task_id": "t1")")},
      {"events",
       stored_event("task_completed", R"("task_id": "t1", "agent_id": "a1", "actual_hours": 0.1)", "a1")},
      {"conversations", answer},
      {"decisions", answer},
      {"realtime", realtime("mcp_creating_response", R"("tool": "report_task_progress")")},
      {"conversations", thought("MCP tool 'report_task_progress' succeeded",
                                R"("tool_name": "report_task_progress", "arguments": )" + arguments)},
      {"realtime", realtime("mcp_returning_response", R"("tool": "report_task_progress")")},
      {"audit", audit("tool_call", R"("success": true, "details": {"arguments": )" + arguments + "}")},
  };
}

/// Types of the events that leave the plugin for these lines, in order.
std::vector<std::string> types_of(LoadedPlugin& plugin, const Lines& lines) {
  std::vector<std::string> types;
  for (const auto& [kind, json] : lines) {
    const Outcome outcome = plugin.feed(kind, json);
    INFO(kind << " " << json << " " << outcome.reason);
    CHECK(outcome.verdict != Verdict::fail);
    if (outcome.verdict == Verdict::pass) types.emplace_back(outcome.event->type());
    for (const EventRef& event : outcome.emitted) types.emplace_back(event->type());
  }
  return types;
}

void let_work(LoadedPlugin& plugin) {
  plugin.feed("agent_events", agent_event("worker_registration", R"("worker_id": "a1")"));
  plugin.feed("agent_events", agent_event("task_assignment", R"("worker_id": "a1", "task": {"id": "t1"})"));
}

}  // namespace

TEST_CASE("eleven lines about one completion become the events that matter") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  let_work(plugin);
  CHECK(types_of(plugin, completion()) ==
        std::vector<std::string>{"task.completed", "agent.status.changed", "conversation.thinking",
                                 "task.outcome.recorded", "mcp.tool.succeeded"});
}

TEST_CASE("a completion is told once in whatever order its files are read") {
  Lines lines = completion();
  std::sort(lines.begin(), lines.end());
  do {
    LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
    const std::vector<std::string> types = types_of(plugin, lines);
    CHECK(std::count(types.begin(), types.end(), "task.completed") == 1);
    CHECK(std::count(types.begin(), types.end(), "mcp.tool.succeeded") == 1);
    std::rotate(lines.begin(), lines.begin() + 1, lines.end());
  } while (!std::is_sorted(lines.begin(), lines.end()));
}

TEST_CASE("without agent events the conversation tells the completion") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  Lines lines = completion();
  lines.erase(lines.begin() + 2);
  const std::vector<std::string> types = types_of(plugin, lines);
  CHECK(std::count(types.begin(), types.end(), "task.completed") == 1);
  CHECK(std::count(types.begin(), types.end(), "agent.status.changed") == 1);
}

TEST_CASE("a derived event names its cause") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  const EventRef record =
      read_record("agent_events", agent_event("worker_registration", R"("worker_id": "a1")"), "file.jsonl:7");
  const Outcome outcome = plugin.feed(record);
  REQUIRE(outcome.emitted.size() == 1);
  const EventFields& derived = outcome.emitted[0]->fields();
  CHECK(derived.type == "agent.status.changed");
  CHECK(derived.source == "/marcus/main/derived");
  CHECK(derived.origin == "derived");
  CHECK(derived.subject == "agent:a1");
  CHECK(derived.correlation_id == "file.jsonl:7");
  CHECK(derived.time_us == record->time_us());
  CHECK(derived.data ==
        R"({"agent_id":"a1","old_status":"unknown","new_status":"idle","reason":"registered"})");
}

TEST_CASE("an agent's decision is stored twice and told once") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  const std::string decision =
      stored_event("decision_logged", R"("decision_id": "d1", "agent_id": "a1")", "a1");
  const std::string tool = thought("MCP tool 'log_decision' succeeded",
                                   R"("arguments": {"agent_id": "a1"}, "response": {"decision_id": "d1"})");
  CHECK(types_of(plugin, {{"events", decision}, {"events", decision}, {"conversations", tool}}) ==
        std::vector<std::string>{"decision.logged"});
}

TEST_CASE("a ping is one event, with its health report two") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  const std::string health = R"("echo": "h", "health": {"assignment_system": {"healthy": false,
                                "issues": [{"description": "no board"}]}})";
  const Lines lines{{"realtime", realtime("ping_request", R"("echo": "e")")},
                    {"agent_events", agent_event("ping_request", R"("echo": "e")")},
                    {"realtime", realtime("ping_response", R"("echo": "e", "success": true)")},
                    {"conversations", thought("Received ping from seneca client with echo: e")},
                    {"conversations", log_record("kanban_interaction", R"("action": "client_connection")")},
                    {"conversations", thought("Client connection established: seneca -> Marcus")},
                    {"conversations", thought("MCP tool 'ping' succeeded")}};
  CHECK(types_of(plugin, lines) == std::vector<std::string>{"system.ping"});
  const Outcome outcome = plugin.feed("realtime", realtime("ping_response", health));
  CHECK(outcome.event->type() == "system.ping");
  REQUIRE(outcome.emitted.size() == 1);
  CHECK(outcome.emitted[0]->type() == "system.health.changed");
  CHECK(outcome.emitted[0]->priority() == Priority::high);
  CHECK(member(outcome.emitted[0], "/reason") == "no board");
}

TEST_CASE("a project's state is news when a number changed") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  const auto state = [](const std::string& done, const std::string& percent, const std::string& risk) {
    return realtime(
        "project_state_refreshed",
        R"("task_count": 2, "project_state": {"board_id": "b1", "total_tasks": 2, "completed_tasks": )" +
            done + R"(, "progress_percent": )" + percent + R"(, "risk_level": ")" + risk + "\"}");
  };
  CHECK(types_of(plugin, {{"realtime", state("0", "0.0", "low")}}) ==
        std::vector<std::string>{"project.progress.updated"});
  CHECK(plugin.feed("realtime", state("0", "0.0", "low")).reason == "unchanged project state");
  plugin.feed("conversations",
              log_record("pm_decision", R"("decision": "Switching project from 'None' to 'P'",
                                           "decision_factors": {"new_project_id": "p1"})"));
  const Outcome half = plugin.feed("realtime", state("1", "50.0", "critical"));
  CHECK(half.event->subject() == "project:p1");
  CHECK(member(half.event, "/progress") == "50.0");
  REQUIRE(half.emitted.size() == 1);
  CHECK(half.emitted[0]->type() == "project.health.changed");
  CHECK(half.emitted[0]->priority() == Priority::critical);
  const Outcome done = plugin.feed("realtime", state("2", "100.0", "critical"));
  REQUIRE(done.emitted.size() == 1);
  CHECK(done.emitted[0]->type() == "project.completed");
}

TEST_CASE("nothing is derived when that is switched off") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN, R"({"derive": false})");
  CHECK(plugin.feed("agent_events", agent_event("worker_registration", R"("worker_id": "a1")"))
            .emitted.empty());
  CHECK(plugin.tick(int64_t{4000000000} * 1000000).empty());
}

TEST_CASE("the timer announces silent agents") {
  constexpr int64_t kSecond = 1000000;
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN, R"({"offline_after": 10})");
  const EventRef record =
      read_record("agent_events", agent_event("worker_registration", R"("worker_id": "a1")"));
  plugin.tick(record->time_us());
  plugin.feed(record);
  CHECK(plugin.tick(record->time_us() + 10 * kSecond).empty());
  const std::vector<EventRef> events = plugin.tick(record->time_us() + 11 * kSecond);
  REQUIRE(events.size() == 1);
  CHECK(events[0]->type() == "agent.status.changed");
  CHECK(events[0]->source() == "/marcus/main/derived");
  CHECK(events[0]->priority() == Priority::high);
  CHECK(member(events[0], "/new_status") == "offline");
}

TEST_CASE("a new instance carries on where the old one stopped") {
  LoadedPlugin old(SENECA_MARCUS_PLUGIN);
  let_work(old);
  LoadedPlugin next(SENECA_MARCUS_PLUGIN, R"({"offline_after": 60})");
  REQUIRE(next.instance().adopt_state(old.instance()));
  CHECK(types_of(next, completion()) == types_of(old, completion()));
}

TEST_CASE("a saved state that is garbage is survived") {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  const auto* state =
      static_cast<const seneca_state*>(plugin.instance().library().table().role(SENECA_STATE));
  REQUIRE(state != nullptr);
  void* self = nullptr;
  seneca_error error{};
  const seneca_host host{};
  REQUIRE(plugin.instance().library().table().create(&host, {"{}", 2}, &self, &error) == SENECA_OK);
  for (const std::string_view saved :
       {"", "{", "[]", R"({"agents":{},"projects":[1],"instances":[{"name":3}]})"})
    CHECK(state->load(self, {saved.data(), saved.size()}, &error) == SENECA_OK);
  plugin.instance().library().table().destroy(self);
}

}  // namespace relay::test
