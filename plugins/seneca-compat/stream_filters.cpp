#include "stream_filters.h"

#include <seneca/json.hpp>

#include <array>
#include <utility>

#include "../marcus/json_object.h"

namespace seneca_compat {
namespace {

using seneca::JsonView;

// What the page calls a type, and the events it stands for. The page leaves out what it has set to false.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kTypes = {{
    {"worker_message", "conversation.message"},
    {"worker_message", "agent.waiting"},
    {"pm_thinking", "conversation.thinking"},
    {"pm_decision", "decision.**"},
    {"blocker", "task.blocked"},
    {"task_assignment", "task.assigned"},
    {"progress_update", "task.progress.updated"},
    {"progress_update", "task.completed"},
    {"worker_registration", "agent.registered"},
    {"system_state", "system.state.reported"},
}};

void append_pattern(std::string& list, std::string_view pattern) {
  if (!list.empty()) list += ',';
  seneca::append_json_string(list, pattern);
}

bool is_off(JsonView types, std::string_view name) {
  const JsonView value = types.get(name);
  return value && (value.is_null() || (value.is_boolean() && !value.boolean()));
}

// An event has the agent as its source or target; Marcus is one or the other of every event.
std::string filter_for(const std::string& agent) {
  if (agent.empty() || agent == "marcus") return {};
  std::string quoted;
  seneca::append_json_string(quoted, agent);
  return "data.agent_id == " + quoted + " || data.worker_id == " + quoted;
}

}  // namespace

std::string selection_of(std::string_view filters) {
  const JsonView wanted(filters);
  const JsonView types = wanted.get("types");
  const std::string agent = wanted.get("agentId").string();
  std::string patterns;
  for (const auto& [name, pattern] : kTypes)
    if (!is_off(types, name)) append_pattern(patterns, pattern);
  if (!is_off(types, "kanban_request") && !is_off(types, "kanban_response"))
    append_pattern(patterns, "kanban.**");
  // With everything off nothing may match.
  if (patterns.empty()) append_pattern(patterns, "none");
  marcus::JsonMembers selection;
  selection.json("match", '[' + patterns + ']').text("as", "conversation");
  if (const std::string filter = filter_for(agent); !filter.empty()) selection.text("filter", filter);
  return selection.object();
}

}  // namespace seneca_compat
