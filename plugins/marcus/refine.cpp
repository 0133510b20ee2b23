#include "refine.h"

#include <seneca/plugin.h>

#include <algorithm>
#include <array>

namespace marcus {
namespace {

constexpr std::string_view kWarning = "warning";

std::string text_at(const Record& record, std::initializer_list<std::string_view> paths) {
  return find_value(record.data, paths).string();
}

void become_failure(std::string_view topic, std::string_view severity, Meaning& meaning) {
  meaning.topic = topic;
  meaning.priority = SENECA_PRIORITY_HIGH;
  meaning.severity = severity;
}

/// Part of a type, so that no action can make an event invalid.
bool is_type_part(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

void refine_assignment(const Record& record, Meaning& meaning) {
  if (text_at(record, {"/task/priority", "/priority", "/metadata/priority"}) == "urgent")
    meaning.priority = SENECA_PRIORITY_HIGH;
  meaning.task_name = text_at(record, {"/task/name", "/task_name", "/metadata/task_name"});
  meaning.health = HealthReport{HealthReport::Part::gridlock, true, "a task was assigned"};
}

void refine_audit_call(const Record& record, Meaning& meaning) {
  const seneca::JsonView success = record.data.get("success");
  const bool failed = (success.is_boolean() && !success.boolean()) ||
                      find_value(record.data, {"/error", "/details/result/error"});
  if (failed) become_failure("mcp.tool.failed", kWarning, meaning);
}

void refine_blocker(const Record& record, Meaning& meaning) {
  struct Grade {
    std::string_view name;
    int32_t priority;
    std::string_view severity;
  };
  constexpr std::array<Grade, 4> kGrades{{{"critical", SENECA_PRIORITY_CRITICAL, "critical"},
                                          {"high", SENECA_PRIORITY_HIGH, kWarning},
                                          {"medium", SENECA_PRIORITY_NORMAL, kWarning},
                                          {"low", SENECA_PRIORITY_LOW, kWarning}}};
  meaning.status = "blocked";
  meaning.severity = kWarning;
  const std::string name = text_at(record, {"/metadata/severity", "/severity"});
  const auto* grade =
      std::find_if(kGrades.begin(), kGrades.end(), [&](const Grade& g) { return g.name == name; });
  if (grade == kGrades.end()) return;
  meaning.priority = grade->priority;
  meaning.severity = grade->severity;
}

void refine_client(const Record& record, Meaning& meaning) {
  meaning.detail = find_id(record.data, {"/client_id"});
  if (record.data.get("client_type").equals("agent") && meaning.agent_id.empty())
    meaning.agent_id = meaning.detail;
}

void refine_completion(const Record&, Meaning& meaning) {
  meaning.status = "completed";
  meaning.progress = "100";
}

void refine_decision(const Record& record, Meaning& meaning) {
  meaning.detail = find_id(record.data, {"/decision_id", "/context/response/decision_id"});
}

void refine_error(const Record&, Meaning& meaning) { meaning.severity = "error"; }

void refine_gridlock(const Record& record, Meaning& meaning) {
  meaning.severity = "critical";
  meaning.health =
      HealthReport{HealthReport::Part::gridlock, false, text_at(record, {"/context/diagnosis", "/thought"})};
}

void refine_kanban(const Record& record, Meaning& meaning) {
  const std::string action = text_at(record, {"/action"});
  if (is_type_part(action)) meaning.topic = "kanban." + action;
  if (action == "provider_connected") meaning.health = HealthReport{HealthReport::Part::board, true, action};
  if (action != "provider_connection_failed") return;
  meaning.severity = kWarning;
  meaning.health =
      HealthReport{HealthReport::Part::board, false, text_at(record, {"/data/error", "/action"})};
}

void refine_ping(const Record& record, Meaning& meaning) {
  meaning.detail = text_at(record, {"/echo"});
  const seneca::JsonView health = record.data.get("health");
  if (!health.is_object()) return;
  meaning.detail += " with health";
  const seneca::JsonView healthy = health.pointer("/assignment_system/healthy");
  if (!healthy.is_boolean()) return;
  HealthReport report{HealthReport::Part::check, healthy.boolean(), "the assignment system is well"};
  if (!report.good) {
    meaning.severity = kWarning;
    report.reason = health.pointer("/assignment_system/issues/0/description").string();
    if (report.reason.empty()) report.reason = "the assignment system is not well";
  }
  meaning.health = std::move(report);
}

void refine_progress(const Record& record, Meaning& meaning) {
  meaning.status = text_at(record, {"/status", "/metadata/status"});
  const seneca::JsonView progress = find_value(record.data, {"/progress", "/metadata/progress"});
  if (progress.is_number()) meaning.progress = progress.raw();
  if (meaning.status == "completed") {
    meaning.topic = "task.completed";
    meaning.priority = SENECA_PRIORITY_NORMAL;
  } else if (meaning.status == "blocked") {
    become_failure("task.blocked", kWarning, meaning);
  }
}

void refine_project(const Record& record, Meaning& meaning) {
  meaning.detail = text_at(record, {"/project_name", "/decision_factors/project_name"});
  const seneca::JsonView success = record.data.get("success");
  if (success.is_boolean() && !success.boolean()) become_failure("project.creation.failed", "error", meaning);
}

void refine_project_state(const Record& record, Meaning& meaning) {
  ProjectState state;
  const seneca::JsonView seen = record.data.get("project_state");
  state.board = find_id(seen, {"/board_id", "/project_name"});
  state.risk = seen.get("risk_level").string();
  if (state.risk.size() > 64) state.risk.clear();
  state.percent = seen.get("progress_percent").number(-1);
  state.total_tasks = seen.get("total_tasks").integer();
  state.completed_tasks = seen.get("completed_tasks").integer();
  state.numbers = record.data.get("task_count").raw().substr(0, 32);
  for (const std::string_view member : {"total_tasks", "completed_tasks", "in_progress_tasks",
                                        "blocked_tasks", "progress_percent", "team_velocity"})
    state.numbers.append(" ").append(seen.get(member).raw().substr(0, 32));
  if (seen.get("progress_percent").is_number()) meaning.progress = seen.get("progress_percent").raw();
  meaning.project = std::move(state);
}

void refine_tool_failure(const Record& record, Meaning& meaning) {
  const bool is_told_to_wait =
      find_value(record.data, {"/response/retry_after_seconds", "/retry_after_seconds"}) &&
      record.data.get("tool_name").equals("request_next_task");
  if (is_told_to_wait) {
    meaning.priority = SENECA_PRIORITY_LOW;
  } else {
    meaning.severity = kWarning;
  }
}

void refine_warning(const Record&, Meaning& meaning) { meaning.severity = kWarning; }

}  // namespace marcus
