#include "pages.h"

#include <seneca/json.hpp>

#include <array>

#include "../marcus-ui/timestamp.h"
#include "../marcus/json_object.h"
#include "conversation.h"

namespace seneca_compat {
namespace {

using marcus::JsonMembers;
using seneca::JsonView;

JsonView first_of(JsonView data, std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths)
    if (const JsonView value = data.pointer(path); value && !value.is_null()) return value;
  return {};
}

std::string raw_or(JsonView value, std::string_view otherwise) {
  return std::string(value ? value.raw() : otherwise);
}

bool write_conversation(const seneca::Event& event, std::string& out) {
  Conversation conversation;
  if (!read_conversation(event, conversation)) return false;
  out = to_json(event, conversation);
  return true;
}

// The canvas cuts its label out of `decision` without looking whether it is there.
bool write_decision(const seneca::Event& event, std::string& out) {
  Conversation conversation;
  if (!read_conversation(event, conversation) || conversation.type != "pm_decision") return false;
  std::string more = ",\"decision\":";
  seneca::append_json_string(more, conversation.message);
  const JsonView rationale = JsonView(event.data()).get("rationale");
  more += ",\"rationale\":" + raw_or(rationale, "\"\"") + ",\"confidence_score\":";
  more += conversation.confidence.empty() ? "0" : conversation.confidence;
  out = to_json(event, conversation, more);
  return true;
}

bool write_registration(const seneca::Event& event, std::string& out) {
  const JsonView data(event.data());
  JsonMembers members;
  members.text("workerId", agent_of(event)).json("name", raw_or(data.get("name"), "\"\""));
  members.json("role", raw_or(data.get("role"), "\"\"")).json("skills", raw_or(data.get("skills"), "[]"));
  members.text("timestamp", marcus_ui::format_time(event.time_us()));
  out = members.object();
  return true;
}

bool write_assignment(const seneca::Event& event, std::string& out) {
  const JsonView data(event.data());
  JsonMembers members;
  members.text("workerId", agent_of(event));
  members.json("taskId", raw_or(first_of(data, {"/task_id", "/task/id"}), "\"\""));
  members.json("taskName", raw_or(first_of(data, {"/task_name", "/task/name"}), "\"\""));
  members.text("timestamp", marcus_ui::format_time(event.time_us()));
  out = members.object();
  return true;
}

bool write_progress(const seneca::Event& event, std::string& out) {
  const JsonView data(event.data());
  JsonMembers members;
  members.text("workerId", agent_of(event)).json("progress", raw_or(data.get("progress"), "0"));
  members.json("message", raw_or(data.get("message"), "\"\""));
  members.json("taskId", raw_or(data.get("task_id"), "\"\""))
      .json("status", raw_or(data.get("status"), "\"\""));
  members.text("timestamp", marcus_ui::format_time(event.time_us()));
  out = members.object();
  return true;
}

bool write_thinking(const seneca::Event& event, std::string& out) {
  JsonMembers members;
  members.json("thought", raw_or(JsonView(event.data()).get("thought"), "\"\""));
  members.text("timestamp", marcus_ui::format_time(event.time_us()));
  out = members.object();
  return true;
}

bool write_metrics(const seneca::Event& event, std::string& out) {
  out = event.data();
  return true;
}

bool write_health(const seneca::Event& event, std::string& out) {
  if (event.type() != "system.health.changed") return false;
  out = health_json(event);
  return true;
}

struct Page {
  std::string_view ui_event;
  bool (*write)(const seneca::Event& event, std::string& out);
};

constexpr std::array<Page, 13> kPages = {{{"conversation", write_conversation},
                                          {"conversation_event", write_conversation},
                                          {"conversation_update", write_conversation},
                                          {"assignment_event", write_conversation},
                                          {"blocker_event", write_conversation},
                                          {"decision_event", write_decision},
                                          {"worker_registration", write_registration},
                                          {"task_assignment", write_assignment},
                                          {"progress_update", write_progress},
                                          {"marcus_thinking", write_thinking},
                                          {"system_metrics", write_metrics},
                                          {"metrics_update", write_metrics},
                                          {"health_update", write_health}}};

}  // namespace

bool write_page(const seneca::Event& event, std::string_view ui_event, std::string& out) {
  for (const Page& page : kPages)
    if (page.ui_event == ui_event) return page.write(event, out);
  return false;
}

std::string health_json(const seneca::Event& event) {
  const JsonView data(event.data());
  const std::string status = data.get("status").string();
  const bool healthy = status == "healthy";
  const char* const colour = healthy ? "green" : status == "critical" ? "red" : "yellow";
  const std::string reason = first_of(data, {"/message", "/reason"}).string();
  JsonMembers prediction;
  prediction.json("on_track", healthy ? "true" : "false").json("confidence", "0");
  prediction.text("estimated_completion", "not estimated").json("critical_path_risks", "[]");
  std::string risks = "[]";
  if (!healthy) {
    JsonMembers risk;
    risk.text("type", "system").text("severity", status == "critical" ? "high" : "medium");
    risk.text("description", reason).text("mitigation", "see Marcus's log");
    risks = '[' + risk.object() + ']';
  }
  JsonMembers members;
  members.text("type", "health_update").text("overall_health", colour).text("status", status);
  members.text("timestamp", marcus_ui::format_time(event.time_us()));
  members.json("timeline_prediction", prediction.object()).json("risk_factors", risks);
  members.json("recommendations", "[]").json("resource_optimization", "[]");
  members.json("data", data.is_object() ? data.raw() : "{}");
  return members.object();
}

}  // namespace seneca_compat
