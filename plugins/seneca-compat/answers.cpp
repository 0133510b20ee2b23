#include "answers.h"

#include <seneca/json.hpp>

#include <array>
#include <chrono>
#include <string>

#include "../marcus-ui/timestamp.h"
#include "../marcus/json_object.h"
#include "activity.h"
#include "stream_filters.h"

namespace seneca_compat {
namespace {

using marcus::JsonMembers;
using seneca::Client;
using seneca::ClientEvent;
using seneca::JsonView;

void emit(Client client, std::string_view name, std::string_view payload) {
  client.emit(name, '[' + std::string(payload) + ']');
}

std::string now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return marcus_ui::format_time(std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
}

JsonView first_argument(const ClientEvent& event) { return JsonView(event.args().json()).at(0); }

void confirm(Client client, std::string_view type) {
  JsonMembers payload;
  payload.text("type", type).text("status", "active");
  emit(client, "subscription_confirmed", payload.object());
}

void report_error(Client client, std::string_view name, std::string_view error) {
  JsonMembers payload;
  payload.text("error", error);
  emit(client, name, payload.object());
}

void subscribe_conversations(Client client, const ClientEvent&) {
  client.join("conversations");
  confirm(client, "conversations");
}

void subscribe_metrics(Client client, const ClientEvent&) {
  client.join("metrics");
  confirm(client, "metrics");
  if (const auto known = snapshot(); !known->metrics.empty()) emit(client, "metrics_update", known->metrics);
}

void subscribe_health(Client client, const ClientEvent&) {
  confirm(client, "health");
  if (const auto known = snapshot(); !known->health.empty()) emit(client, "health_update", known->health);
}

void subscribe_pipeline(Client client, const ClientEvent&) {
  confirm(client, "pipeline_flow");
  emit(client, "active_flows_update", R"({"flows":[]})");
}

void request_health(Client client, const ClientEvent&) {
  if (const auto known = snapshot(); !known->health.empty())
    return emit(client, "health_analysis_complete", known->health);
  JsonMembers payload;
  payload.text("error", "No health data available").text("message", "Marcus has reported none yet");
  emit(client, "health_analysis_error", payload.object());
}

void request_flow(Client client, const ClientEvent& event) {
  const bool named = !first_argument(event).get("flow_id").string().empty();
  report_error(client, "flow_visualization_error", named ? "the flow is not known" : "flow_id is required");
}

void request_decision_tree(Client client, const ClientEvent&) {
  report_error(client, "decision_tree_error", "the relay draws no decision trees");
}

void request_knowledge_graph(Client client, const ClientEvent&) {
  report_error(client, "knowledge_graph_error", "the relay draws no knowledge graphs");
}

void subscribe_stream(Client client, const ClientEvent& event) {
  const JsonView filters = first_argument(event).get("filters");
  const std::string_view text = filters.is_object() ? filters.raw() : "{}";
  client.unsubscribe();
  client.subscribe(selection_of(text));
  JsonMembers payload;
  payload.text("status", "success").json("filters", text);
  emit(client, "subscribed", payload.object());
}

void unsubscribe_stream(Client client, const ClientEvent&) {
  client.unsubscribe();
  emit(client, "unsubscribed", R"({"status":"success"})");
}

struct Answer {
  std::string_view namespace_;
  std::string_view name;
  void (*give)(Client client, const ClientEvent& event);
};

constexpr std::array<Answer, 10> kAnswers = {{{"/", "subscribe_conversations", subscribe_conversations},
                                              {"/", "subscribe_metrics", subscribe_metrics},
                                              {"/", "subscribe_health_updates", subscribe_health},
                                              {"/", "subscribe_pipeline_flow", subscribe_pipeline},
                                              {"/", "request_health_analysis", request_health},
                                              {"/", "request_flow_visualization", request_flow},
                                              {"/", "request_decision_tree", request_decision_tree},
                                              {"/", "request_knowledge_graph", request_knowledge_graph},
                                              {kStream, "subscribe", subscribe_stream},
                                              {kStream, "unsubscribe", unsubscribe_stream}}};

}  // namespace

void greet(Client client) {
  const auto known = snapshot();
  JsonMembers payload;
  payload.text("client_id", client.id());
  if (client.namespace_() == kStream) {
    emit(client, "connected", payload.object());
    emit(client, "agents_update", known->agents);
    return;
  }
  const std::string time = now();
  payload.text("session_id", client.id()).text("timestamp", time).text("server_time", time);
  emit(client, "connection_established", payload.object());
  emit(client, "conversation_summary", known->summary);
}

bool answer(Client client, const ClientEvent& event) {
  for (const Answer& known : kAnswers) {
    if (known.namespace_ != client.namespace_() || known.name != event.name()) continue;
    known.give(client, event);
    event.reply(R"([{"ok":true}])");
    return true;
  }
  return false;
}

}  // namespace seneca_compat
