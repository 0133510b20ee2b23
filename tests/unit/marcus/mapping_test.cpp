#include <string>

#include "marcus_relay.h"
#include "records.h"
#include "support/catch.h"

namespace relay::test {
namespace {

void check(const std::string& kind, const std::string& json, const std::string& type, Priority priority,
           const std::string& subject) {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  const Outcome outcome = plugin.feed(kind, json);
  INFO(kind << " " << json << " " << outcome.reason);
  REQUIRE(outcome.verdict == Verdict::pass);
  CHECK(outcome.event->type() == type);
  CHECK(to_string(outcome.event->priority()) == to_string(priority));
  CHECK(outcome.event->subject() == subject);
}

void check_dropped(const std::string& kind, const std::string& json, const std::string& reason) {
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  const Outcome outcome = plugin.feed(kind, json);
  INFO(json);
  CHECK(outcome.verdict == Verdict::drop);
  CHECK(outcome.reason == reason);
}

}  // namespace

TEST_CASE("agent events become topics") {
  check("agent_events", agent_event("worker_registration", R"("worker_id": "a1", "name": "A", "skills": [])"),
        "agent.registered", Priority::normal, "agent:a1");
  check("agent_events", agent_event("task_request", R"("worker_id": "a1")"), "agent.task.requested",
        Priority::low, "agent:a1");
  check("agent_events",
        agent_event("task_assignment", R"("worker_id": "a1", "task": {"id": "t1", "priority": "high"})"),
        "task.assigned", Priority::normal, "task:t1");
  check("agent_events",
        agent_event("task_assignment", R"("worker_id": "a1", "task": {"id": "t1", "priority": "urgent"})"),
        "task.assigned", Priority::high, "task:t1");
  check("agent_events", agent_event("context_requested", R"("agent_id": "x", "task_id": "t1")"),
        "task.context.requested", Priority::low, "task:t1");
  check("agent_events", agent_event("ping_request", R"("echo": "e")"), "system.ping", Priority::low, "");
  check("agent_events", agent_event("planning_start", R"("project_name": "P")"), "project.planning.started",
        Priority::normal, "");
  check("agent_events", agent_event("planning_end", R"("project_name": "P", "task_count": 3)"),
        "project.planning.completed", Priority::normal, "");
}

TEST_CASE("a progress report is named by its status") {
  const auto report = [](const std::string& status) {
    return agent_event("progress_update", R"("agent_id": "a1", "task_id": "t1", "status": ")" + status +
                                              R"(", "progress": 50, "message": "m")");
  };
  check("agent_events", report("in_progress"), "task.progress.updated", Priority::low, "task:t1");
  check("agent_events", report("completed"), "task.completed", Priority::normal, "task:t1");
  check("agent_events", report("blocked"), "task.blocked", Priority::high, "task:t1");
}

TEST_CASE("messages are recognised by how they begin") {
  check("conversations", said("Reporting blocker: x", R"("task_id": "t1", "severity": "critical")"),
        "task.blocked", Priority::critical, "task:t1");
  check("conversations", said("Reporting blocker: x", R"("task_id": "t1", "severity": "high")"),
        "task.blocked", Priority::high, "task:t1");
  check("conversations", said("Reporting blocker: x", R"("task_id": "t1", "severity": "medium")"),
        "task.blocked", Priority::normal, "task:t1");
  check("conversations", said("Reporting blocker: x", R"("task_id": "t1", "severity": "low")"),
        "task.blocked", Priority::low, "task:t1");
  check("conversations", said("No suitable tasks available at this time", R"("reason": "none")"),
        "agent.waiting", Priority::low, "agent:a1");
  check("conversations", said("Task request denied: busy", ""), "agent.request.failed", Priority::high,
        "agent:a1");
  check("conversations", said("Failed to assign task: gone", ""), "agent.request.failed", Priority::high,
        "agent:a1");
  check("conversations", said("Registration failed: no", ""), "agent.request.failed", Priority::high,
        "agent:a1");
  check("conversations", said("Task t1 unassigned - reset to TODO", R"("task_id": "t1")"), "task.unassigned",
        Priority::normal, "task:t1");
  check("conversations", said("Blocker acknowledged. Suggestions provided.", ""), "conversation.message",
        Priority::normal, "agent:a1");
  check("conversations", said("I read: Reporting blocker: x", ""), "conversation.message", Priority::normal,
        "agent:a1");
}

TEST_CASE("without agent events the conversations stand in for them") {
  check("conversations", said("Registering as Tester", ""), "agent.registered", Priority::normal, "agent:a1");
  check("conversations", said("Requesting next task", ""), "agent.task.requested", Priority::low, "agent:a1");
  check("conversations", said("Task assigned: T", R"("task_id": "t1", "priority": "urgent")"),
        "task.assigned", Priority::high, "task:t1");
  check("conversations",
        said("Progress update: m (5%)", R"("task_id": "t1", "status": "in_progress", "progress": 5)"),
        "task.progress.updated", Priority::low, "task:t1");
  check("conversations",
        said("Progress update: m", R"("task_id": "t1", "status": "completed", "progress": 100)"),
        "task.completed", Priority::normal, "task:t1");
  check("realtime", realtime("task_assignment", R"("agent_id": "a1", "task_id": "t1")"), "task.assigned",
        Priority::normal, "task:t1");
  check("events", stored_event("task_assigned", R"("agent_id": "a1", "task_id": "t1")"), "task.assigned",
        Priority::normal, "task:t1");
}

TEST_CASE("Marcus's answers say nothing new") {
  const std::string answer = "duplicate: Marcus's answer to what was told";
  check_dropped("conversations", said("Progress update received: completed at 100%", ""), answer);
  check_dropped("decisions", said("Registration successful. Welcome A!", ""), answer);
  check_dropped("conversations", said("Assigned task: T", R"("task_id": "t1")"),
                "duplicate: told again as 'Task assigned:'");
}

TEST_CASE("thoughts, decisions and board traffic become topics") {
  check("conversations", thought("Need to check current project state"), "conversation.thinking",
        Priority::low, "");
  check("conversations", thought(R"(\ud83d\udea8 PROJECT GRIDLOCK DETECTED)", R"("severity": "critical")"),
        "system.gridlock.detected", Priority::high, "");
  check("conversations",
        thought("MCP tool 'get_task_context' succeeded", R"("arguments": {"task_id": "t1"})"),
        "mcp.tool.succeeded", Priority::low, "task:t1");
  check("conversations", thought("MCP tool 'log_artifact' succeeded", R"("arguments": {"task_id": "t1"})"),
        "task.artifact.logged", Priority::low, "task:t1");
  check("conversations", thought("MCP tool 'log_decision' succeeded", R"("arguments": {"agent_id": "a1"})"),
        "decision.logged", Priority::normal, "agent:a1");
  check("conversations",
        log_record("pm_decision", R"("decision": "Register agent A", "decision_factors": {})"),
        "decision.made", Priority::normal, "");
  check("conversations", log_record("pm_decision", R"("decision": "Switching project from 'A' to 'B'",
                                     "decision_factors": {"new_project_id": "p2"})"),
        "project.switched", Priority::normal, "project:p2");
  check("conversations", log_record("pm_decision", R"("decision": "Created new project 'B'")"),
        "project.created", Priority::normal, "");
  check("conversations", log_record("pm_decision", R"("decision": "Deleted project 'B'")"), "project.deleted",
        Priority::normal, "");
  check("conversations", log_record("kanban_interaction", R"("action": "project_switched",
                                                             "data": {"project_id": "p1"})"),
        "kanban.project_switched", Priority::low, "project:p1");
  check("conversations", log_record("kanban_interaction", R"("action": "provider_connection_failed")"),
        "kanban.provider_connection_failed", Priority::high, "");
  check("conversations", log_record("kanban_interaction", R"("action": "Not a topic!")"),
        "kanban.interaction", Priority::low, "");
  check("conversations", log_record("system_state", R"("event_type": "state_snapshot")"),
        "system.state.reported", Priority::low, "");
  check("conversations", log_record("blocker_reported", R"("task_id": "t1", "severity": "high")"),
        "task.blocked", Priority::high, "task:t1");
}

TEST_CASE("a tool's failure matters unless the agent was only told to wait") {
  const auto failure = [](const std::string& tool, const std::string& response) {
    return log_record(
        "MCP tool '" + tool + "' returned failure",
        R"("tool_name": ")" + tool + R"(", "arguments": {"agent_id": "a1"}, "response": {)" + response + "}");
  };
  check("conversations", failure("create_task", R"("success": false)"), "mcp.tool.failed", Priority::high,
        "agent:a1");
  check("conversations", failure("request_next_task", R"("retry_after_seconds": 30)"), "mcp.tool.failed",
        Priority::low, "agent:a1");
  check("conversations", failure("request_next_task", R"("success": false)"), "mcp.tool.failed",
        Priority::high, "agent:a1");
}

TEST_CASE("realtime records become topics") {
  check("realtime", realtime("server_startup", R"("provider": "sqlite")"), "system.started", Priority::high,
        "");
  check("realtime", realtime("project_state_refresh_error", R"("error": "e")"), "system.error",
        Priority::high, "");
  check("realtime",
        realtime("task_assignment", R"("source": "auto_complete", "agent_id": "a1", "task_id": "t0")"),
        "task.completed", Priority::normal, "task:t0");
  check("realtime", realtime("task_unassigned", R"("agent_id": "a1", "task_id": "t1")"), "task.unassigned",
        Priority::normal, "task:t1");
  check("realtime", realtime("client_registered", R"("client_id": "a1", "client_type": "agent")"),
        "system.client.registered", Priority::low, "agent:a1");
  check("realtime", realtime("ping_response", R"("echo": "e", "health": {})"), "system.ping", Priority::low,
        "");
  check("realtime", realtime("create_project_calling", R"("project_name": "P")"), "project.creation.started",
        Priority::normal, "");
  check("realtime", realtime("create_project_returned", R"("project_name": "P", "success": true)"),
        "project.created", Priority::normal, "");
  check("realtime", realtime("create_project_returned", R"("project_name": "P", "success": false)"),
        "project.creation.failed", Priority::high, "");
  check("realtime", realtime("create_project_exception", R"("error": "e")"), "project.creation.failed",
        Priority::high, "");
  check("realtime", realtime("mcp_creating_response", R"("tool": "ping")"), "mcp.tool.responding",
        Priority::low, "");
  check_dropped("realtime", realtime("create_project_final_return", ""), "a step within create_project");
}

TEST_CASE("stored events become topics, the copies of realtime records like these") {
  check("events", stored_event("task_started", R"("task_id": "t1")", "a1"), "task.started", Priority::normal,
        "task:t1");
  check("events", stored_event("task_completed", R"("task_id": "t1", "agent_id": "a1")"), "task.completed",
        Priority::normal, "task:t1");
  check("events", stored_event("decision_logged", R"("decision_id": "d1", "task_id": "t1")"),
        "decision.logged", Priority::normal, "task:t1");
  check("events", stored_event("context_updated", R"("task_id": "t1")"), "task.context.updated",
        Priority::low, "task:t1");
  check("events", stored_event("implementation_found", R"("task_id": "t1")"), "task.implementation.found",
        Priority::low, "task:t1");
  check("events", stored_event("planning_intent_fidelity", R"("project_name": "P")"),
        "project.planning.scored", Priority::normal, "");
  check("events", stored_event("server_startup", ""), "system.started", Priority::high, "");
}

TEST_CASE("audit lines become topics") {
  check("audit", audit("tool_call", R"("success": true, "details": {"arguments": {"agent_id": "a1"}})"),
        "mcp.tool.called", Priority::low, "agent:a1");
  check("audit", audit("tool_call", R"("success": false, "details": {})"), "mcp.tool.failed", Priority::high,
        "");
  check("audit", audit("tool_call", R"("success": true, "details": {"result": {"error": "e"}})"),
        "mcp.tool.failed", Priority::high, "");
  check("audit", audit("access_denied", R"("success": false, "details": {"reason": "r"})"),
        "system.access.denied", Priority::high, "");
  check("audit", audit("client_registration", R"("success": true, "details": {})"),
        "system.client.registered", Priority::low, "agent:c1");
}

TEST_CASE("kinds nobody described are kept") {
  check("events", stored_event("agent_skill_updated", R"("agent_id": "a1")"), "agent.skill.updated",
        Priority::normal, "agent:a1");
  check("events", stored_event("system_shutdown", ""), "system.shutdown", Priority::normal, "");
  check("events", stored_event("warning", ""), "system.warning", Priority::normal, "");
  check("events", stored_event("oddity", ""), "marcus.events.oddity", Priority::low, "");
  check("realtime", realtime("refresh_project_state_start", ""), "refresh.project.state_start",
        Priority::normal, "");
  check("conversations", log_record("something_new", R"("worker_id": "a1")"),
        "marcus.conversations.something_new", Priority::low, "agent:a1");
  check("conversations", log_record("Something with spaces", R"("worker_id": "a1")"),
        "marcus.conversations.record", Priority::low, "agent:a1");
}

}  // namespace relay::test
