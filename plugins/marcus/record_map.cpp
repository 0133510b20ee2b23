#include "record_map.h"

#include <seneca/plugin.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "refine.h"

namespace marcus {
namespace {

constexpr int32_t kHigh = SENECA_PRIORITY_HIGH;
constexpr int32_t kNormal = SENECA_PRIORITY_NORMAL;
constexpr int32_t kLow = SENECA_PRIORITY_LOW;

constexpr SourceSet kAgentEvents = set_of(Source::agent_events);
constexpr SourceSet kConversations = set_of(Source::conversations);
constexpr SourceSet kRealtime = set_of(Source::realtime);
constexpr SourceSet kEvents = set_of(Source::events);
constexpr SourceSet kToolCalls = Source::conversations | Source::audit;

constexpr std::string_view kStep = "a step within create_project";
constexpr std::string_view kAnswer = "duplicate: Marcus's answer to what was told";
constexpr std::string_view kTwice = "duplicate: told again as 'Task assigned:'";

// Within a table the first row that fits counts.
constexpr Rule kAgentEventRules[] = {
    {"worker_registration", "", "", "agent.registered", kNormal, 0, Twin::elsewhere},
    {"task_request", "", "", "agent.task.requested", kLow, 0, Twin::elsewhere},
    {"task_assignment", "", "", "task.assigned", kNormal, 0, Twin::elsewhere, refine_assignment},
    {"progress_update", "", "", "task.progress.updated", kLow, 0, Twin::elsewhere, refine_progress},
    {"context_requested", "", "", "task.context.requested", kLow},
    {"ping_request", "", "", "system.ping", kLow, kRealtime, Twin::elsewhere, refine_ping},
    {"planning_start", "", "", "project.planning.started", kNormal},
    {"planning_end", "", "", "project.planning.completed", kNormal},
};

constexpr Rule kConversationRules[] = {
    {"worker_communication", "message", "Reporting blocker:", "task.blocked", kNormal, 0, Twin::none,
     refine_blocker},
    {"worker_communication", "message", "No suitable tasks", "agent.waiting", kLow},
    {"worker_communication", "message", "Task request denied", "agent.request.failed", kHigh, 0, Twin::none,
     refine_warning},
    {"worker_communication", "message", "Failed to assign task:", "agent.request.failed", kHigh, 0,
     Twin::none, refine_warning},
    {"worker_communication", "message", "Registration failed:", "agent.request.failed", kHigh, 0, Twin::none,
     refine_warning},
    {"worker_communication", "message", "*unassigned - reset to TODO", "task.unassigned", kNormal, 0,
     Twin::elsewhere},
    {"worker_communication", "message", "Progress update received:", "", kLow, 0, Twin::none, nullptr,
     kAnswer},
    {"worker_communication", "message", "Progress update:", "task.progress.updated", kLow, kAgentEvents,
     Twin::elsewhere, refine_progress},
    {"worker_communication", "message", "Registration successful", "", kLow, 0, Twin::none, nullptr, kAnswer},
    {"worker_communication", "message", "Registering as", "agent.registered", kNormal, kAgentEvents,
     Twin::elsewhere},
    {"worker_communication", "message", "Requesting next task", "agent.task.requested", kLow, kAgentEvents,
     Twin::elsewhere},
    {"worker_communication", "message", "Assigned task:", "", kLow, 0, Twin::none, nullptr, kTwice},
    {"worker_communication", "message", "Task assigned:", "task.assigned", kNormal, kAgentEvents,
     Twin::elsewhere, refine_assignment},
    {"worker_communication", "", "", "conversation.message", kNormal},

    {"pm_thinking", "thought", "*PROJECT GRIDLOCK DETECTED", "system.gridlock.detected", kHigh, 0, Twin::none,
     refine_gridlock},
    {"pm_thinking", "thought", "MCP tool 'log_artifact' succeeded", "task.artifact.logged", kLow},
    {"pm_thinking", "thought", "MCP tool 'log_decision' succeeded", "decision.logged", kNormal, kEvents,
     Twin::elsewhere, refine_decision},
    {"pm_thinking", "thought", "MCP tool 'ping' succeeded", "mcp.tool.succeeded", kLow, kRealtime},
    {"pm_thinking", "thought", "MCP tool '", "mcp.tool.succeeded", kLow},
    {"pm_thinking", "thought", "Received ping from", "conversation.thinking", kLow, kRealtime},
    {"pm_thinking", "thought", "Client connection established:", "conversation.thinking", kLow, kRealtime},
    {"pm_thinking", "", "", "conversation.thinking", kLow},

    {"pm_decision", "decision", "Switching project from", "project.switched", kNormal},
    {"pm_decision", "decision", "Created new project", "project.created", kNormal, 0, Twin::elsewhere,
     refine_project},
    {"pm_decision", "decision", "Deleted project", "project.deleted", kNormal},
    {"pm_decision", "", "", "decision.made", kNormal},

    {"kanban_interaction", "action", "client_connection", "kanban.client_connection", kLow, kRealtime},
    {"kanban_interaction", "action", "provider_connection_failed", "kanban.provider_connection_failed", kHigh,
     0, Twin::none, refine_warning},
    {"kanban_interaction", "", "", "kanban.interaction", kLow, 0, Twin::none, refine_kanban},

    {"MCP tool '*", "", "", "mcp.tool.failed", kHigh, 0, Twin::none, refine_tool_failure},
    {"task_assignment", "", "", "task.assigned", kNormal, kAgentEvents, Twin::elsewhere, refine_assignment},
    {"progress_update", "", "", "task.progress.updated", kLow, kAgentEvents, Twin::elsewhere,
     refine_progress},
    {"blocker_reported", "", "", "task.blocked", kNormal, 0, Twin::none, refine_blocker},
    {"system_state", "", "", "system.state.reported", kLow},
};

constexpr Rule kRealtimeRules[] = {
    {"server_startup", "", "", "system.started", kHigh},
    {"project_state_refreshed", "", "", "project.progress.updated", kNormal, 0, Twin::none,
     refine_project_state},
    {"project_state_refresh_error", "", "", "system.error", kHigh, 0, Twin::none, refine_error},
    {"worker_registration", "", "", "agent.registered", kNormal, kAgentEvents, Twin::elsewhere},
    {"task_request", "", "", "agent.task.requested", kLow, kAgentEvents, Twin::elsewhere},
    {"task_assignment", "source", "auto_complete", "task.completed", kNormal, 0, Twin::none},
    {"task_assignment", "", "", "task.assigned", kNormal, kAgentEvents, Twin::elsewhere, refine_assignment},
    {"task_unassigned", "", "", "task.unassigned", kNormal, 0, Twin::elsewhere},
    {"client_registered", "", "", "system.client.registered", kLow, 0, Twin::elsewhere, refine_client},
    {"ping_request", "", "", "system.ping", kLow, 0, Twin::elsewhere, refine_ping},
    {"ping_response", "", "", "system.ping", kLow, 0, Twin::elsewhere, refine_ping},
    {"create_project_calling", "", "", "project.creation.started", kNormal},
    {"create_project_returned", "", "", "project.created", kNormal, 0, Twin::elsewhere, refine_project},
    {"create_project_exception", "", "", "project.creation.failed", kHigh, 0, Twin::none, refine_error},
    {"create_project_*", "", "", "", kLow, 0, Twin::none, nullptr, kStep},
    {"mcp_tool_call_start", "", "", "mcp.tool.started", kLow, kToolCalls},
    {"mcp_tool_call_complete", "", "", "mcp.tool.completed", kLow, kToolCalls},
    {"mcp_creating_response", "", "", "mcp.tool.responding", kLow, kToolCalls},
    {"mcp_returning_response", "", "", "mcp.tool.responded", kLow, kToolCalls},
};

// What the table `persistence` has beyond the realtime records that are published to it as well.
constexpr Rule kEventRules[] = {
    {"task_assigned", "", "", "task.assigned", kNormal, Source::agent_events | Source::realtime,
     Twin::elsewhere},
    {"task_started", "", "", "task.started", kNormal},
    {"task_completed",
     "",
     "",
     "task.completed",
     kNormal,
     kAgentEvents,
     Twin::elsewhere,
     refine_completion,
     {},
     "task.outcome.recorded"},
    {"decision_logged", "", "", "decision.logged", kNormal, 0, Twin::again, refine_decision},
    {"context_updated", "", "", "task.context.updated", kLow},
    {"implementation_found", "", "", "task.implementation.found", kLow},
    {"planning_intent_fidelity", "", "", "project.planning.scored", kNormal},
    {"error", "", "", "system.error", kHigh, 0, Twin::none, refine_error},
    {"warning", "", "", "system.warning", kNormal, 0, Twin::none, refine_warning},
};

constexpr Rule kAuditRules[] = {
    {"tool_call", "", "", "mcp.tool.called", kLow, kConversations, Twin::none, refine_audit_call},
    {"access_denied", "", "", "system.access.denied", kHigh, 0, Twin::none, refine_warning},
    {"client_registration", "", "", "system.client.registered", kLow, 0, Twin::elsewhere, refine_client},
};

bool name_fits(std::string_view pattern, std::string_view name) {
  if (pattern.empty() || pattern.back() != '*') return pattern == name;
  pattern.remove_suffix(1);
  return name.substr(0, pattern.size()) == pattern;
}

bool text_fits(const Rule& rule, const Record& record) {
  if (rule.member.empty()) return true;
  std::string storage;
  const std::string_view text = record.data.get(rule.member).string(storage);
  if (rule.text.front() == '*') return text.find(rule.text.substr(1)) != std::string_view::npos;
  return text.substr(0, rule.text.size()) == rule.text;
}

template <size_t N>
const Rule* first_fit(const Rule (&rules)[N], const Record& record) {
  const auto* found = std::find_if(std::begin(rules), std::end(rules), [&](const Rule& rule) {
    return name_fits(rule.name, record.name) && text_fits(rule, record);
  });
  return found == std::end(rules) ? nullptr : found;
}

}  // namespace

const Rule* find_rule(const Record& record) {
  switch (record.source) {
    case Source::agent_events:
      return first_fit(kAgentEventRules, record);
    case Source::conversations:
    case Source::decisions:
      return first_fit(kConversationRules, record);
    case Source::realtime:
      return first_fit(kRealtimeRules, record);
    case Source::audit:
      return first_fit(kAuditRules, record);
    case Source::events: {
      const Rule* rule = first_fit(kEventRules, record);
      return rule != nullptr ? rule : first_fit(kRealtimeRules, record);
    }
    case Source::none:
      break;
  }
  return nullptr;
}

SourceSet canonical_sources(const Rule& rule, Source source) {
  const bool is_copy_of_realtime =
      source == Source::events && std::any_of(std::begin(kRealtimeRules), std::end(kRealtimeRules),
                                              [&](const Rule& row) { return &row == &rule; });
  return is_copy_of_realtime ? rule.canonical | Source::realtime : rule.canonical;
}

}  // namespace marcus
