#include <algorithm>
#include <cstdio>

#include "base/clock.h"
#include "ingest/demo_json.h"
#include "ingest/demo_marcus.h"
#include "ingest/demo_texts.h"

namespace relay {
namespace {

constexpr std::string_view kGridlock = "\xF0\x9F\x9A\xA8 PROJECT GRIDLOCK DETECTED";

std::string python_time(int64_t time_us) {
  std::string text = format_rfc3339(time_us);
  text.pop_back();
  return text + "+00:00";
}

}  // namespace

void DemoMarcus::register_agent(size_t agent) {
  const DemoAgentProfile& who = kDemoAgents[agent];
  log_.client_registered(who.id, "agent", who.role);
  log_.advance_ms(random_.between(300, 1500));
  DemoJson profile;
  profile.text("name", who.name).text("role", who.role).raw("skills", who.skills_json);
  log_.message(who.id, true, demo_text({"Registering as ", who.role}),
               DemoJson(profile).text("project_id", project_id_).str());
  log_.thinking(
      demo_text({"New agent registration request from ", who.name}),
      DemoJson().text("agent_id", who.id).text("role", who.role).raw("skills", who.skills_json).str());
  const std::string data = DemoJson().text("worker_id", who.id).members_of(profile.str()).str();
  log_.realtime("worker_registration",
                DemoJson().members_of(data).text("source", "mcp_client").text("target", "marcus").str(),
                "mcp_client");
  log_.advance_ms(12);
  log_.agent_event("worker_registration", data);
  log_.decision(demo_text({"Register agent ", who.name}), "Agent skills match project requirements", "[]",
                "0.95", R"({"skills_match": true, "capacity_available": true, "role_needed": true})");
  log_.message(who.id, false, demo_text({"Registration successful. Welcome ", who.name, "!"}),
               R"({"status": "registered"})");
  log_.tool_succeeded(
      "register_agent",
      DemoJson().text("agent_id", who.id).members_of(profile.str()).text("project_id", project_id_).str(),
      DemoJson()
          .truth("success", true)
          .text("message", demo_text({"Agent ", who.name, " registered successfully"}))
          .text("agent_id", who.id)
          .text("project_id", project_id_)
          .str());
  ++live_agents_;
  after_ms(random_.between(2000, 9000), [this, agent] { request_task(agent); });
}

void DemoMarcus::request_task(size_t agent) {
  const DemoAgentProfile& who = kDemoAgents[agent];
  log_.message(who.id, true, "Requesting next task",
               DemoJson()
                   .text("worker_info", demo_text({"Worker ", who.id, " requesting task"}))
                   .members_of(project_json())
                   .str());
  log_.realtime("task_request",
                DemoJson().text("worker_id", who.id).text("source", who.id).text("target", "marcus").str(),
                who.id);
  log_.agent_event("task_request", DemoJson().text("worker_id", who.id).str());
  log_.advance_ms(9);
  log_.thinking("Need to check current project state");
  refresh_project();
  log_.thinking(demo_text({"Finding optimal task for ", who.name}),
                DemoJson().raw("agent_skills", who.skills_json).number("current_workload", 0).str());
  const int task = free_task();
  if (task < 0) return refuse_task(agent);
  tasks_[static_cast<size_t>(task)].state = Task::State::in_progress;
  after_ms(random_.between(150, 900), [this, agent, task] { assign_task(agent, static_cast<size_t>(task)); });
}

void DemoMarcus::refuse_task(size_t agent) {
  const DemoAgentProfile& who = kDemoAgents[agent];
  const auto number = [](size_t value) { return static_cast<int64_t>(value); };
  const size_t todo = count(Task::State::todo);
  if (todo > 0 && count(Task::State::in_progress) == 0) {
    log_.thinking(kGridlock,
                  DemoJson()
                      .text("severity", "critical")
                      .raw("metrics", DemoJson()
                                          .number("total_tasks", number(tasks_.size()))
                                          .number("todo_tasks", number(todo))
                                          .number("in_progress_tasks", 0)
                                          .number("blocked_tasks", number(count(Task::State::blocked)))
                                          .number("recent_no_task_requests", random_.between(3, 9))
                                          .str())
                      .text("diagnosis", demo_text({"GRIDLOCK: ", std::to_string(todo),
                                                    " TODO tasks, none can be assigned, none in progress."}))
                      .str());
  }
  const int64_t retry_s = random_.between(2, 6) * 15;
  log_.message(who.id, false, "No suitable tasks available at this time",
               DemoJson()
                   .text("reason", "no_matching_tasks")
                   .number("retry_after_seconds", retry_s)
                   .members_of(project_json())
                   .str());
  const std::string reason = "No tasks currently in progress";
  log_.tool_failed("request_next_task", DemoJson().text("agent_id", who.id).str(), reason,
                   DemoJson()
                       .truth("success", false)
                       .text("message", demo_text({"NO TASK IS FREE NOW\nWait ", std::to_string(retry_s),
                                                   " seconds, then ask again."}))
                       .number("retry_after_seconds", retry_s)
                       .text("retry_reason", reason)
                       .str());
  after_ms(retry_s * 1000, [this, agent] { request_task(agent); });
}

void DemoMarcus::assign_task(size_t agent, size_t number) {
  const DemoAgentProfile& who = kDemoAgents[agent];
  Task& task = tasks_[number];
  task.started_us = stamp_us_;
  log_.event("task_started", who.id,
             DemoJson()
                 .text("task_id", task.id)
                 .text("task_name", task.name)
                 .raw("estimated_hours", task.hours)
                 .str());
  log_.decision(demo_text({"Assign task '", task.name, "' to ", who.id}),
                "Best skill match and highest priority", R"([{"task": "Other Task 1", "score": 0.7}])",
                "0.85",
                DemoJson()
                    .raw("skill_match", "0.9")
                    .text("priority", task.priority)
                    .truth("dependencies_clear", task.needs < 0)
                    .str());
  log_.advance_ms(random_.between(5, 30));
  announce_assignment(who, task);
  log_.tool_succeeded("request_next_task", DemoJson().text("agent_id", who.id).str(),
                      DemoJson().truth("success", true).raw("task", brief_json(task)).str());
  after_ms(random_.between(15000, 45000), [this, agent, number] { report_progress(agent, number, 0); });
}

// The same news to everybody: the agent, twice, the agent events, the events table, the dashboard.
void DemoMarcus::announce_assignment(const DemoAgentProfile& who, const Task& task) {
  DemoJson named;
  named.text("task_id", task.id).text("task_name", task.name);
  const std::string instructions =
      demo_text({"Task for ", who.name, ": ", task.name, "\n\n1. ", random_.pick(kDemoInstructions), "\n2. ",
                 random_.pick(kDemoInstructions)});
  log_.message(who.id, false, demo_text({"Assigned task: ", task.name}),
               DemoJson()
                   .text("task_id", task.id)
                   .text("instructions", instructions)
                   .text("priority", task.priority)
                   .members_of(project_json())
                   .str());
  log_.agent_event("task_assignment",
                   DemoJson().text("worker_id", who.id).raw("task", brief_json(task)).str());
  log_.message(who.id, false, demo_text({"Task assigned: ", task.name}),
               DemoJson(named)
                   .text("priority", task.priority)
                   .raw("estimated_hours", task.hours)
                   .members_of(project_json())
                   .str());
  DemoJson assigned;
  assigned.text("agent_id", who.id).members_of(named.str());
  log_.event("task_assigned", "marcus",
             DemoJson(assigned).truth("has_context", true).truth("has_dependencies", task.needs >= 0).str());
  log_.realtime("task_assignment", DemoJson(assigned)
                                       .text("priority", task.priority)
                                       .text("source", "marcus")
                                       .text("target", who.id)
                                       .str());
}

std::string DemoMarcus::brief_json(const Task& task) {
  return DemoJson()
      .text("id", task.id)
      .text("name", task.name)
      .text("priority", task.priority)
      .raw("estimated_hours", task.hours)
      .str();
}

void DemoMarcus::report_progress(size_t agent, size_t number, size_t quarter) {
  const DemoAgentProfile& who = kDemoAgents[agent];
  Task& task = tasks_[number];
  if (quarter == 1 && !task.was_blocked && random_.chance(15)) return report_blocker(agent, number);
  if (quarter == 2 && random_.chance(40)) log_decision(agent, number);
  const bool done = quarter == 3;
  const int64_t progress = 25 * static_cast<int64_t>(quarter + 1);
  const std::string status = done ? "completed" : "in_progress";
  const std::string text = demo_fill(random_.pick(kDemoProgress[quarter]), task.feature);
  const std::string shown = std::to_string(progress) + "%";
  DemoJson report;
  report.text("task_id", task.id).text("status", status).number("progress", progress);
  log_.message(who.id, true, demo_text({"Progress update: ", text, " (", shown, ")"}),
               DemoJson(report).members_of(project_json()).str());
  const std::string data =
      DemoJson().text("agent_id", who.id).members_of(report.str()).text("message", text).str();
  log_.agent_event("progress_update", data);
  log_.advance_ms(4);
  log_.thinking(demo_text({"Processing progress update from ", who.id}), report.str());
  log_.advance_ms(random_.between(6, 60));
  log_.message(who.id, false, demo_text({"Progress update received: ", status, " at ", shown}),
               DemoJson().truth("acknowledged", true).members_of(project_json()).str());
  log_.tool_succeeded("report_task_progress", data,
                      R"({"success": true, "message": "Progress updated successfully"})");
  if (done) return complete_task(agent, number);
  after_ms(random_.between(15000, 45000),
           [this, agent, number, quarter] { report_progress(agent, number, quarter + 1); });
}

void DemoMarcus::complete_task(size_t agent, size_t number) {
  const DemoAgentProfile& who = kDemoAgents[agent];
  Task& task = tasks_[number];
  task.state = Task::State::done;
  char hours[32];
  std::snprintf(hours, sizeof hours, "%.6f",
                double(std::max<int64_t>(0, stamp_us_ - task.started_us)) / 3.6e9);
  log_.event("task_completed", who.id,
             DemoJson()
                 .text("task_id", task.id)
                 .text("agent_id", who.id)
                 .text("task_name", task.name)
                 .raw("estimated_hours", task.hours)
                 .raw("actual_hours", hours)
                 .truth("success", true)
                 .raw("blockers", "[]")
                 .text("started_at", python_time(task.started_us))
                 .raw("completed_at", DemoLog::kStamp)
                 .raw("estimation_accuracy", "0.8")
                 .str());
  if (count(Task::State::done) == tasks_.size()) {
    refresh_project();
    after_ms(20000, [this] { plan_project(); });
  }
  after_ms(random_.between(2000, 8000), [this, agent] { request_task(agent); });
}

int DemoMarcus::free_task() const {
  for (size_t number = 0; number < tasks_.size(); ++number) {
    const int needs = tasks_[number].needs;
    const bool ready = needs < 0 || tasks_[static_cast<size_t>(needs)].state == Task::State::done;
    if (ready && tasks_[number].state == Task::State::todo) return static_cast<int>(number);
  }
  return -1;
}

std::string DemoMarcus::project_json() const {
  return DemoJson()
      .text("project_id", project_id_)
      .text("project_name",
            std::string(kDemoProjects[(project_ - 1) % kDemoProjects.size()].name) + " - Main Board")
      .raw("board_id", "null")
      .raw("board_name", "null")
      .str();
}

}  // namespace relay
