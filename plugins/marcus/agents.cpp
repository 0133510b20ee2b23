#include "agents.h"

#include <seneca/plugin.h>

#include <algorithm>
#include <array>

#include "json_object.h"

namespace marcus {
namespace {

using Status = AgentStatus;

constexpr std::array<std::string_view, 6> kStatusNames{"unknown", "idle",    "active",
                                                       "blocked", "waiting", "offline"};

/// An event of this topic puts its agent into `to`.
struct Transition {
  std::string_view topic;
  Status to;
  bool only_if_unknown;  ///< only an agent that is unknown or offline: for the others it says nothing
  std::string_view reason;
};

constexpr std::array<Transition, 8> kTransitions{{
    {"agent.registered", Status::idle, false, "registered"},
    {"agent.task.requested", Status::idle, true, "asked for a task"},
    {"agent.waiting", Status::waiting, false, "no suitable task"},
    {"task.assigned", Status::active, false, "task assigned"},
    {"task.progress.updated", Status::active, false, "progress reported"},
    {"task.completed", Status::idle, false, "task completed"},
    {"task.blocked", Status::blocked, false, "blocker reported"},
    {"task.unassigned", Status::idle, false, "task unassigned"},
}};

const Transition* transition_of(std::string_view topic) {
  const auto* found = std::find_if(kTransitions.begin(), kTransitions.end(),
                                   [&](const Transition& transition) { return transition.topic == topic; });
  return found == kTransitions.end() ? nullptr : found;
}

/// Marcus fills in the agent of these from whoever was last authenticated: no sign of life of that agent.
bool is_about_its_agent(std::string_view topic) { return topic != "task.context.requested"; }

Status status_named(std::string_view name) {
  const auto* found = std::find(kStatusNames.begin(), kStatusNames.end(), name);
  return found == kStatusNames.end() ? Status::unknown : static_cast<Status>(found - kStatusNames.begin());
}

std::string key_of(std::string_view instance, std::string_view id) {
  return std::string(instance).append("\n").append(id);
}

Derived status_change(std::string_view id, Status from, Status to, std::string_view reason,
                      std::string_view task_id) {
  JsonMembers data;
  data.text("agent_id", id).text("old_status", to_string(from)).text("new_status", to_string(to));
  data.text("reason", reason);
  if (!task_id.empty()) data.text("task_id", task_id);
  return {"agent.status.changed", "agent:" + std::string(id), data.object(),
          to == Status::offline ? "warning" : "",
          to == Status::offline ? SENECA_PRIORITY_HIGH : SENECA_PRIORITY_NORMAL};
}

}  // namespace

std::string_view to_string(AgentStatus status) { return kStatusNames[static_cast<size_t>(status)]; }

Agents::Agents(int64_t offline_after_us, size_t capacity)
    : offline_after_us_(offline_after_us), capacity_(capacity) {}

void Agents::follow(std::string_view instance, const Meaning& meaning, int64_t time_us, DerivedEvents& out) {
  if (meaning.agent_id.empty() || !is_about_its_agent(meaning.topic)) return;
  Agent& agent = this->agent(instance, meaning.agent_id);
  agent.heard_us = now_us_;
  agent.record_us = std::max(agent.record_us, time_us);
  if (time_us < agent.changed_us) return;

  const Transition* transition = transition_of(meaning.topic);
  const bool is_lost = agent.status == Status::unknown || agent.status == Status::offline;
  Status next = agent.status;
  std::string_view reason = "heard from again";
  if (transition != nullptr && (is_lost || !transition->only_if_unknown)) {
    next = transition->to;
    reason = transition->reason;
  }
  if (agent.status == Status::offline && (transition == nullptr || transition->only_if_unknown)) {
    next = agent.before_offline;
    reason = "heard from again";
  }
  if (next == agent.status) return;
  out.push_back(status_change(meaning.agent_id, agent.status, next, reason, meaning.task_id));
  agent.status = next;
  agent.changed_us = time_us;
}

void Agents::tick(int64_t now_us, std::vector<Silent>& out) {
  now_us_ = now_us;
  for (auto& [key, agent] : agents_) {
    if (agent.status == Status::unknown || agent.status == Status::offline) continue;
    if (agent.heard_us == 0) agent.heard_us = now_us;
    if (now_us - agent.heard_us <= offline_after_us_) continue;
    const bool is_backlog = agent.record_us < agent.heard_us - offline_after_us_;
    const Status before = agent.status;
    agent.before_offline = before;
    agent.status = Status::offline;
    if (!is_backlog)
      out.push_back({agent.instance, status_change(agent.id, before, Status::offline, "silent", {})});
  }
}

AgentStatus Agents::status(std::string_view instance, std::string_view agent_id) const {
  const auto found = agents_.find(key_of(instance, agent_id));
  return found == agents_.end() ? Status::unknown : found->second.status;
}

Agents::Agent& Agents::agent(std::string_view instance, std::string_view id) {
  std::string key = key_of(instance, id);
  const auto found = agents_.find(key);
  if (found != agents_.end()) return found->second;
  if (agents_.size() >= capacity_) forget_longest_silent();
  Agent& made = agents_[std::move(key)];
  made.instance = instance;
  made.id = id;
  return made;
}

void Agents::forget_longest_silent() {
  const auto longest = std::min_element(agents_.begin(), agents_.end(), [](const auto& a, const auto& b) {
    return a.second.record_us < b.second.record_us;
  });
  agents_.erase(longest);
  ++forgotten_;
}

void Agents::save(std::string& out) const {
  out += '[';
  for (const auto& [key, agent] : agents_) {
    if (out.back() != '[') out += ',';
    JsonMembers data;
    data.text("instance", agent.instance).text("id", agent.id).text("status", to_string(agent.status));
    data.text("before_offline", to_string(agent.before_offline));
    data.json("changed_us", std::to_string(agent.changed_us))
        .json("record_us", std::to_string(agent.record_us));
    data.json("heard_us", std::to_string(agent.heard_us));
    out += data.object();
  }
  out += ']';
}

void Agents::load(seneca::JsonView saved) {
  for (const seneca::JsonView item : saved.items()) {
    const std::string id = item.get("id").string();
    if (id.empty()) continue;
    Agent& agent = this->agent(item.get("instance").string(), id);
    agent.status = status_named(item.get("status").string());
    agent.before_offline = status_named(item.get("before_offline").string());
    agent.changed_us = item.get("changed_us").integer(INT64_MIN);
    agent.record_us = item.get("record_us").integer(INT64_MIN);
    agent.heard_us = item.get("heard_us").integer();
    now_us_ = std::max(now_us_, agent.heard_us);
  }
}

}  // namespace marcus
