#include "conversation.h"

#include <seneca/json.hpp>

#include <array>

#include "../marcus-ui/timestamp.h"
#include "../marcus/json_object.h"

namespace seneca_compat {
namespace {

using marcus::JsonMembers;
using seneca::JsonView;

constexpr const char* kMarcus = "marcus";

/// The members of `data` by these names, where they are there.
std::string picked(JsonView data, std::initializer_list<std::string_view> names) {
  JsonMembers members;
  for (const std::string_view name : names)
    if (const JsonView value = data.get(name)) members.json(name, value.raw());
  return members.object();
}

std::string object_or_empty(JsonView value) { return value.is_object() ? std::string(value.raw()) : "{}"; }

std::string agent_or_unknown(JsonView data) {
  std::string agent = data.get("agent_id").string();
  if (agent.empty()) agent = data.get("worker_id").string();
  return agent.empty() ? "unknown" : agent;
}

void read_worker(JsonView data, Conversation& out) {
  const std::string agent = agent_or_unknown(data);
  const bool from_agent = data.get("conversation_type").string().find("worker_to_pm") != std::string::npos;
  out.source = from_agent ? agent : kMarcus;
  out.target = from_agent ? kMarcus : agent;
  out.type = "worker_message";
  out.message = data.get("message").string();
  out.metadata = object_or_empty(data.get("metadata"));
}

void read_thinking(JsonView data, Conversation& out) {
  out.source = kMarcus;
  out.target = "internal";
  out.type = "pm_thinking";
  out.message = data.get("thought").string();
  out.metadata = object_or_empty(data.get("context"));
}

void read_decision(JsonView data, Conversation& out) {
  const JsonView logged = data.pointer("/context/arguments");
  const JsonView decision = data.get("decision") ? data.get("decision") : logged.get("decision");
  out.source = logged ? agent_or_unknown(logged) : kMarcus;
  out.target = "decision";
  out.type = "pm_decision";
  out.message = decision.string();
  out.metadata = picked(data, {"rationale", "alternatives_considered", "decision_factors"});
  if (data.get("confidence_score").is_number()) out.confidence = data.get("confidence_score").raw();
}

void read_kanban(JsonView data, Conversation& out) {
  const bool request = data.get("conversation_type").string().find("pm_to_kanban") != std::string::npos;
  out.source = request ? kMarcus : "kanban_board";
  out.target = request ? "kanban_board" : kMarcus;
  out.type = request ? "kanban_request" : "kanban_response";
  out.message = data.get("action").string();
  out.metadata = picked(data, {"data", "processing_steps"});
}

void read_assignment(JsonView data, Conversation& out) {
  out.source = kMarcus;
  out.target = agent_or_unknown(data);
  out.type = "task_assignment";
  out.message = "Task " + data.get("task_id").string() + " assigned";
  JsonMembers metadata;
  const JsonView details = data.get("task") ? data.get("task") : data.get("task_details");
  metadata.json("task_details", object_or_empty(details));
  for (const std::string_view name : {"task_id", "task_name", "assignment_score", "dependency_analysis"})
    if (const JsonView value = data.get(name)) metadata.json(name, value.raw());
  out.metadata = metadata.object();
}

void read_progress(JsonView data, Conversation& out) {
  out.source = agent_or_unknown(data);
  out.target = kMarcus;
  out.type = "progress_update";
  const JsonView progress = data.get("progress");
  out.message =
      (progress.is_number() ? std::string(progress.raw()) : "0") + "% - " + data.get("message").string();
  out.metadata = picked(data, {"task_id", "status", "metrics"});
}

void read_blocker(JsonView data, Conversation& out) {
  out.source = agent_or_unknown(data);
  out.target = kMarcus;
  out.type = "blocker_report";
  const JsonView described = data.get("blocker_description");
  out.message = (described ? described : data.get("message")).string();
  out.metadata = picked(data, {"task_id", "severity", "suggested_solutions"});
}

void read_registration(JsonView data, Conversation& out) {
  out.source = agent_or_unknown(data);
  out.target = kMarcus;
  out.type = "worker_registration";
  out.message = data.get("name").string() + " registered";
  out.metadata = picked(data, {"name", "role", "skills"});
}

void read_state(JsonView data, Conversation& out) {
  out.source = kMarcus;
  out.target = "system";
  out.type = "system_state";
  out.message = "System state update";
  out.metadata = picked(
      data, {"active_workers", "tasks_in_progress", "tasks_completed", "tasks_blocked", "system_metrics"});
}

struct Kind {
  std::string_view type;
  void (*read)(JsonView data, Conversation& out);
};

constexpr std::array<Kind, 10> kKinds = {{{"agent.registered", read_registration},
                                          {"conversation.message", read_worker},
                                          {"conversation.thinking", read_thinking},
                                          {"decision.logged", read_decision},
                                          {"decision.made", read_decision},
                                          {"system.state.reported", read_state},
                                          {"task.assigned", read_assignment},
                                          {"task.blocked", read_blocker},
                                          {"task.completed", read_progress},
                                          {"task.progress.updated", read_progress}}};

}  // namespace

bool read_conversation(const seneca::Event& event, Conversation& out) {
  const JsonView data(event.data());
  for (const Kind& kind : kKinds)
    if (kind.type == event.type()) return kind.read(data, out), true;
  if (event.type().substr(0, 7) == "kanban.") return read_kanban(data, out), true;
  if (data.get("event").equals("worker_communication")) return read_worker(data, out), true;
  return false;
}

std::string to_json(const seneca::Event& event, const Conversation& conversation, std::string_view more) {
  JsonMembers members;
  members.text("id", event.id()).text("timestamp", marcus_ui::format_time(event.time_us()));
  members.text("source", conversation.source).text("target", conversation.target);
  // The conversations page reads `type`, the others `event_type`.
  members.text("event_type", conversation.type).text("type", conversation.type);
  members.text("message", conversation.message).json("metadata", conversation.metadata);
  members.json("confidence", conversation.confidence.empty() ? "null" : conversation.confidence);
  members.json("duration_ms", "null");
  std::string json = members.object();
  json.insert(json.size() - 1, more);
  return json;
}

std::string agent_of(const seneca::Event& event) {
  const JsonView data(event.data());
  std::string agent = data.get("agent_id").string();
  return agent.empty() ? data.get("worker_id").string() : agent;
}

}  // namespace seneca_compat
