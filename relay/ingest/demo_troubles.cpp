#include "ingest/demo_json.h"
#include "ingest/demo_marcus.h"
#include "ingest/demo_texts.h"

namespace relay {
namespace {

std::string json_list(std::initializer_list<std::string_view> texts) {
  std::string list;
  for (const std::string_view text : texts) list += (list.empty() ? "" : ", ") + demo_quote(text);
  return "[" + list + "]";
}

}  // namespace

void DemoMarcus::log_decision(size_t agent, size_t number) {
  const DemoAgentProfile& who = kDemoAgents[agent];
  const Task& task = tasks_[number];
  const DemoDecision& choice = random_.pick(kDemoDecisions);
  const std::string what = demo_fill(choice.what, task.feature);
  const std::string id = "dec_" + std::to_string(++decisions_);
  const std::string data = DemoJson()
                               .text("decision_id", id)
                               .text("task_id", task.id)
                               .text("agent_id", who.id)
                               .raw("timestamp", DemoLog::kStamp)
                               .text("what", what)
                               .text("why", choice.why)
                               .text("impact", choice.impact)
                               .text("project_id", project_id_)
                               .str();
  // Marcus stores each of them twice.
  log_.event("decision_logged", who.id, data);
  log_.event("decision_logged", who.id, data);
  log_.tool_succeeded(
      "log_decision",
      DemoJson()
          .text("agent_id", who.id)
          .text("task_id", task.id)
          .text("decision", demo_text({what, " because ", choice.why, ". ", choice.impact, "."}))
          .str(),
      DemoJson()
          .truth("success", true)
          .text("decision_id", id)
          .text("message", "Decision logged and cross-referenced to dependent tasks")
          .str());
  log_.advance_ms(random_.between(20, 200));
}

void DemoMarcus::report_blocker(size_t agent, size_t number) {
  const DemoAgentProfile& who = kDemoAgents[agent];
  Task& task = tasks_[number];
  const DemoBlocker& blocker = random_.pick(kDemoBlockers);
  const std::string text = demo_fill(blocker.text, task.feature);
  log_.message(who.id, true, demo_text({"Reporting blocker: ", text}),
               DemoJson()
                   .text("task_id", task.id)
                   .text("severity", blocker.severity)
                   .members_of(project_json())
                   .str());
  answer_blocker(who, task, blocker, text);
  task.state = Task::State::blocked;
  task.was_blocked = true;
  after_ms(random_.between(120000, 420000), [this, agent, number] { release_task(agent, number); });
  after_ms(random_.between(2000, 8000), [this, agent] { request_task(agent); });
}

std::string DemoMarcus::suggestions_json(const Task& task, const DemoBlocker& blocker,
                                         const std::string& text) {
  const bool escalate = blocker.severity == "high" || blocker.severity == "critical";
  return DemoJson()
      .text("root_cause", text.substr(0, text.find('.')))
      .text("impact_assessment", demo_text({task.name, " stops; ", blocker.severity, " severity"}))
      .raw("resolution_steps", json_list({random_.pick(kDemoSteps), random_.pick(kDemoSteps)}))
      .raw("required_resources", json_list({"Team lead"}))
      .number("estimated_hours", random_.between(1, 6))
      .truth("escalation_needed", escalate)
      .str();
}

void DemoMarcus::answer_blocker(const DemoAgentProfile& who, const Task& task, const DemoBlocker& blocker,
                                const std::string& text) {
  log_.advance_ms(7);
  log_.thinking(
      demo_text({"Analyzing blocker from ", who.id}),
      DemoJson().text("task_id", task.id).text("severity", blocker.severity).text("description", text).str());
  log_.advance_ms(random_.between(1500, 6000));
  const std::string suggestions = suggestions_json(task, blocker, text);
  log_.decision("Acknowledge blocker and provide suggestions",
                "Help agent overcome the blocker with AI guidance", "[]", "0.8",
                DemoJson().text("severity", blocker.severity).truth("has_suggestions", true).str());
  log_.message(who.id, false, "Blocker acknowledged. Suggestions provided.",
               DemoJson()
                   .raw("suggestions", suggestions)
                   .text("severity", blocker.severity)
                   .members_of(project_json())
                   .str());
  log_.tool_succeeded("report_blocker",
                      DemoJson()
                          .text("agent_id", who.id)
                          .text("task_id", task.id)
                          .text("blocker_description", text)
                          .text("severity", blocker.severity)
                          .str(),
                      DemoJson()
                          .truth("success", true)
                          .raw("suggestions", suggestions)
                          .text("message", "Blocker reported and suggestions provided")
                          .str());
}

void DemoMarcus::release_task(size_t agent, size_t number) {
  const DemoAgentProfile& who = kDemoAgents[agent];
  Task& task = tasks_[number];
  task.state = Task::State::todo;
  log_.decision(demo_text({"Manually unassign task ", task.id, " from ", who.id}),
                "Manual intervention to unstick assignment", "[]", "1.0", R"({"manual_override": true})");
  log_.message(who.id, false, demo_text({"Task ", task.id, " unassigned - reset to TODO"}),
               DemoJson()
                   .text("task_id", task.id)
                   .truth("manual_unassignment", true)
                   .members_of(project_json())
                   .str());
  log_.realtime("task_unassigned",
                DemoJson()
                    .text("agent_id", who.id)
                    .text("task_id", task.id)
                    .text("source", "manual_intervention")
                    .text("target", "marcus")
                    .str(),
                "manual_intervention");
}

}  // namespace relay
