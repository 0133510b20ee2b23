#include "activity.h"

#include <seneca/json.hpp>

#include <cctype>
#include <mutex>

#include "../marcus/json_object.h"
#include "conversation.h"
#include "pages.h"

namespace seneca_compat {
namespace {

using marcus::JsonMembers;
using seneca::JsonView;

constexpr size_t kMaxAgents = 4096, kMaxTypes = 64, kMaxProjects = 256;
constexpr int64_t kDayUs = 86400'000000;

// The instances on the shards are others than the one in the pipeline. A leaf, held for a pointer.
std::mutex newest_mutex;
std::shared_ptr<const Snapshot> newest = std::make_shared<const Snapshot>();

void make_newest(std::shared_ptr<const Snapshot> made) {
  const std::lock_guard lock(newest_mutex);
  newest.swap(made);
}

// "agent_falcon_1" is shown as "Agent Falcon 1".
std::string title_of(const std::string& agent) {
  std::string title;
  for (const char c : agent) {
    const bool begins = title.empty() || title.back() == ' ';
    const char shown = c == '_' ? ' ' : c;
    title += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(shown))) : shown;
  }
  return title;
}

std::string number(double value) {
  std::string text = std::to_string(value);
  return text;
}

}  // namespace

std::shared_ptr<const Snapshot> snapshot() {
  const std::lock_guard lock(newest_mutex);
  return newest;
}

void Activity::see(const seneca::Event& event) {
  if (event.type() == "agent.status.changed") {
    const std::string agent = agent_of(event);
    const bool offline = JsonView(event.data()).get("new_status").equals("offline");
    dirty_ |= offline ? agents_.count(agent) > 0 && offline_.insert(agent).second : offline_.erase(agent) > 0;
  } else if (event.type() == "system.health.changed") {
    health_ = health_json(event);
    dirty_ = true;
  } else if (event.type() == "project.progress.updated") {
    see_project(event);
  } else {
    see_conversation(event);
  }
}

void Activity::see_conversation(const seneca::Event& event) {
  Conversation conversation;
  if (!read_conversation(event, conversation)) return;
  dirty_ = true;
  ++total_;
  if (const auto known = types_.find(conversation.type); known != types_.end())
    ++known->second;
  else if (types_.size() < kMaxTypes)
    types_.emplace(conversation.type, 1);
  const std::string agent = agent_of(event);
  if (!agent.empty() && agents_.size() < kMaxAgents) agents_.insert(agent);
  offline_.erase(agent);
  if (conversation.type == "blocker_report") ++blockers_;
  if (event.type() == "task.completed") ++completions_;
  if (conversation.type != "pm_decision") return;
  ++decisions_;
  if (const int64_t day = event.time_us() / kDayUs; day != day_) {
    if (day < day_) return;
    day_ = day;
    decisions_today_ = 0;
  }
  ++decisions_today_;
  if (conversation.confidence.empty()) return;
  ++judged_;
  confidence_ += JsonView(conversation.confidence).number();
}

void Activity::see_project(const seneca::Event& event) {
  const JsonView data(event.data());
  const JsonView state = data.get("project_state") ? data.get("project_state") : data;
  const std::string id = data.get("project_id").string();
  if (projects_.size() >= kMaxProjects && projects_.count(id) == 0) return;
  projects_[id] = {state.get("total_tasks").integer(), state.get("in_progress_tasks").integer(),
                   state.get("completed_tasks").integer()};
  dirty_ = true;
}

Activity::Change Activity::publish(int64_t now_us) {
  const int64_t today = now_us / kDayUs;
  if (day_ != 0 && today > day_ && decisions_today_ > 0) {
    day_ = today;
    decisions_today_ = 0;
    dirty_ = true;
  }
  if (!dirty_) return {};
  dirty_ = false;
  auto made = std::make_shared<Snapshot>();
  made->agents = agents_json();
  made->summary = summary_json();
  made->metrics = metrics_json();
  made->health = health_;
  const std::shared_ptr<const Snapshot> before = snapshot();
  const Change change{made->agents != before->agents, made->metrics != before->metrics};
  make_newest(std::move(made));
  return change;
}

std::string Activity::agents_json() const {
  std::string list;
  for (const std::string& agent : agents_) {
    JsonMembers one;
    one.text("id", agent).text("name", title_of(agent));
    list += (list.empty() ? "" : ",") + one.object();
  }
  return R"({"agents":[)" + list + "]}";
}

std::string Activity::summary_json() const {
  JsonMembers types;
  for (const auto& [type, count] : types_) types.json(type, std::to_string(count));
  JsonMembers summary;
  summary.json("total_events", std::to_string(total_)).json("event_types", types.object());
  summary.json("active_workers", std::to_string(agents_.size()));
  summary.json("decision_count", std::to_string(decisions_));
  summary.json("blocker_count", std::to_string(blockers_));
  summary.json("completion_count", std::to_string(completions_));
  return summary.object();
}

std::string Activity::metrics_json() const {
  Project sum;
  for (const auto& [id, project] : projects_) {
    sum.total += project.total;
    sum.in_progress += project.in_progress;
    sum.completed += project.completed;
  }
  JsonMembers metrics;
  metrics.json("decisions_today", std::to_string(decisions_today_));
  metrics.json("avg_confidence", number(judged_ == 0 ? 0 : confidence_ / static_cast<double>(judged_)));
  metrics.json("active_workers", std::to_string(agents_.size() - offline_.size()));
  metrics.json("total_tasks", std::to_string(sum.total));
  metrics.json("tasks_in_progress", std::to_string(sum.in_progress));
  metrics.json("tasks_completed", std::to_string(sum.completed));
  return metrics.object();
}

}  // namespace seneca_compat
