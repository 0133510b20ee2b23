#include "ingest/demo_marcus.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "ingest/demo_json.h"
#include "ingest/demo_texts.h"

namespace relay {
namespace {

constexpr std::array<std::string_view, 3> kPhases{"Design", "Implement", "Test"};
constexpr std::array<std::string_view, 4> kPriorities{"low", "medium", "high", "urgent"};
constexpr std::array<std::string_view, 4> kHours{"0.15", "0.25", "0.4", "0.6"};

std::string percent(size_t part, size_t whole) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", whole == 0 ? 0.0 : 100.0 * double(part) / double(whole));
  std::string shown = text;
  return shown.find('.') == std::string::npos ? shown + ".0" : shown;
}

}  // namespace

DemoMarcus::DemoMarcus(uint64_t seed, int64_t start_us) : random_(seed), log_(start_us), stamp_us_(start_us) {
  after_ms(0, [this] { start(); });
}

DemoRecord DemoMarcus::next() {
  run_until_record();
  stamp_us_ = log_.earliest_us();
  return log_.take(stamp_us_);
}

DemoRecord DemoMarcus::next(int64_t now_us) {
  run_until_record();
  stamp_us_ = now_us;
  return log_.take(now_us);
}

// Until nothing can happen any more that would be written before the record waiting.
void DemoMarcus::run_until_record() {
  while (actions_.top().time_us <= log_.earliest_us()) {
    const Action action = actions_.top();
    actions_.pop();
    log_.set_now(action.time_us);
    action.run();
  }
}

void DemoMarcus::after_ms(int64_t ms, std::function<void()> run) {
  actions_.push({log_.now_us() + ms * 1000, action_count_++, std::move(run)});
}

void DemoMarcus::start() {
  log_.realtime("server_startup", DemoJson().text("provider", "sqlite").str(), "marcus", true);
  log_.client_registered("seneca-dashboard", "admin", "observer");
  after_ms(1200, [this] { ping(); });
  after_ms(2500, [this] { plan_project(); });
}

void DemoMarcus::plan_project() {
  const DemoProjectPlan& plan = kDemoProjects[project_++ % kDemoProjects.size()];
  project_id_ = new_id();
  board_id_ = new_id();
  tasks_.clear();
  log_.agent_event("planning_start", DemoJson()
                                         .text("project_name", plan.name)
                                         .number("description_length", random_.between(200, 900))
                                         .str());
  log_.realtime("create_project_calling", DemoJson().text("project_name", plan.name).str());
  after_ms(random_.between(15000, 40000), [this] { announce_project(); });
}

void DemoMarcus::announce_project() {
  const DemoProjectPlan& plan = kDemoProjects[(project_ - 1) % kDemoProjects.size()];
  const std::string name = std::string(plan.name) + " - Main Board";
  for (const std::string_view feature : plan.features)
    for (size_t phase = 0; phase < kPhases.size(); ++phase)
      tasks_.push_back({new_id(), std::string(kPhases[phase]) + " " + std::string(feature),
                        std::string(feature), std::string(random_.pick(kPriorities)),
                        std::string(random_.pick(kHours)),
                        phase == 0 ? -1 : static_cast<int>(tasks_.size()) - 1});
  const auto size = static_cast<int64_t>(tasks_.size());
  log_.agent_event("planning_end",
                   DemoJson().text("project_name", plan.name).number("task_count", size).str());
  log_.realtime(
      "create_project_returned",
      DemoJson().text("project_name", plan.name).truth("success", true).number("task_count", size).str());
  log_.advance_ms(15);
  log_.decision("Switching project from 'None' to '" + name + "'", "User requested project switch", "[]",
                "1.0",
                DemoJson()
                    .raw("previous_project_id", "null")
                    .raw("previous_project_name", "null")
                    .text("new_project_id", project_id_)
                    .text("new_project_name", name)
                    .text("provider", "sqlite")
                    .raw("tags", R"(["auto-created", "sqlite"])")
                    .str());
  DemoJson project;
  project.text("project_id", project_id_).text("project_name", name).text("provider", "sqlite");
  log_.kanban("provider_connected", true, DemoJson(project).text("connection_status", "success").str());
  log_.kanban("project_switched", false,
              DemoJson(project)
                  .number("cached_contexts", static_cast<int64_t>(project_))
                  .text("active_project", project_id_)
                  .number("total_projects", static_cast<int64_t>(project_))
                  .str());
  refresh_project();
  if (live_agents_ > 0) return;
  for (size_t agent = 0; agent < kDemoAgents.size(); ++agent)
    after_ms(random_.between(500, 9000), [this, agent] { register_agent(agent); });
}

void DemoMarcus::refresh_project() {
  const auto number = [](size_t value) { return static_cast<int64_t>(value); };
  const size_t blocked = count(Task::State::blocked);
  const std::string state = DemoJson()
                                .text("board_id", board_id_)
                                .text("project_name", "Current Project")
                                .number("total_tasks", number(tasks_.size()))
                                .number("completed_tasks", number(count(Task::State::done)))
                                .number("in_progress_tasks", number(count(Task::State::in_progress)))
                                .number("blocked_tasks", number(blocked))
                                .raw("progress_percent", percent(count(Task::State::done), tasks_.size()))
                                .raw("team_velocity", "0.0")
                                .text("risk_level", blocked == 0  ? "low"
                                                    : blocked < 3 ? "medium"
                                                                  : "high")
                                .raw("last_updated", DemoLog::kStamp)
                                .str();
  log_.realtime("project_state_refreshed", DemoJson()
                                               .number("task_count", number(tasks_.size()))
                                               .raw("project_state", tasks_.empty() ? "null" : state)
                                               .str());
}

void DemoMarcus::ping() {
  const bool health = pings_++ % 3 == 1;
  const std::string echo = health ? "health" : "seneca-dashboard";
  const std::string client = health ? "unknown" : "seneca";
  const std::string request =
      DemoJson().text("echo", echo).text("source", "mcp_client").text("client_type", client).str();
  log_.realtime("ping_request", request, "mcp_client", true);
  log_.agent_event("ping_request", request);
  log_.thinking("Received ping from " + client + " client with echo: " + echo);
  DemoJson response;
  response.truth("success", true).text("status", "online").text("provider", "sqlite").text("echo", echo);
  response.text("client_type_detected", client);
  response.raw("server_info", R"({"instance_id": "unknown", "log_dir": "logs/conversations"})");
  if (health) response.raw("health", health_json());
  log_.realtime("ping_response", response.str(), "marcus", true);
  log_.kanban(
      "client_connection", false,
      DemoJson().text("client_type", client).text("echo", echo).raw("timestamp", DemoLog::kStamp).str());
  if (!health) log_.thinking("Client connection established: " + client + " -> Marcus");
  if (!health && !tasks_.empty()) refresh_project();
  after_ms(random_.between(25000, 35000), [this] { ping(); });
}

std::string DemoMarcus::health_json() {
  const auto working = static_cast<int64_t>(count(Task::State::in_progress));
  const DemoJson metrics =
      DemoJson().number("persisted_assignments", working).number("in_progress_tasks", working);
  return DemoJson()
      .raw("tasks_being_assigned", "[]")
      .number("active_agents", static_cast<int64_t>(live_agents_))
      .number("assigned_tasks", working)
      .truth("shutdown_pending", false)
      .number("active_operations", 0)
      .raw("assignment_system", DemoJson()
                                    .truth("healthy", !random_.chance(10))
                                    .raw("issues", "[]")
                                    .raw("metrics", metrics.str())
                                    .str())
      .raw("lease_statistics", DemoJson()
                                   .number("total_active", working)
                                   .number("expired", 0)
                                   .number("expiring_soon", random_.between(0, 1))
                                   .number("total_renewals", random_.between(0, 40))
                                   .str())
      .str();
}

size_t DemoMarcus::count(Task::State state) const {
  return static_cast<size_t>(
      std::count_if(tasks_.begin(), tasks_.end(), [state](const Task& task) { return task.state == state; }));
}

std::string DemoMarcus::new_id() {
  const unsigned long long high = random_.next();
  const unsigned long long low = random_.next();
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", high, low);
  return text;
}

}  // namespace relay
