#include "ingest/demo_log.h"

#include <cstdio>
#include <limits>
#include <utility>

#include "base/clock.h"
#include "ingest/demo_json.h"

namespace relay {
namespace {

constexpr int64_t kStepUs = 170;  // between two records of one call
constexpr char kStampMark = '\x01';
constexpr char kZuluMark = '\x02';
constexpr char kUnixMark = '\x03';

// As Python prints a float: no zeros at the end, but one after the point.
std::string unix_time(int64_t time_us) {
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(time_us / 1'000'000),
                static_cast<long long>(time_us % 1'000'000));
  std::string shown = text;
  while (shown.ends_with('0') && !shown.ends_with(".0")) shown.pop_back();
  return shown;
}

std::string stamped(const std::string& json, int64_t time_us) {
  const std::string zulu = format_rfc3339(time_us);
  const std::string offset = zulu.substr(0, zulu.size() - 1) + "+00:00";
  std::string text;
  for (const char c : json) {
    if (c == kStampMark)
      text += offset;
    else if (c == kZuluMark)
      text += zulu;
    else if (c == kUnixMark)
      text += unix_time(time_us);
    else
      text += c;
  }
  return text;
}

}  // namespace

void DemoLog::write(RecordKind kind, std::string json, bool copy) {
  if (!copy) now_us_ += kStepUs;
  entries_.push({now_us_, written_++, kind, copy, std::move(json)});
}

int64_t DemoLog::earliest_us() const {
  return entries_.empty() ? std::numeric_limits<int64_t>::max() : entries_.top().time_us;
}

DemoRecord DemoLog::take(int64_t time_us) {
  const Entry entry = entries_.top();
  entries_.pop();
  if (!entry.copy) last_taken_us_ = time_us;
  return {entry.kind, stamped(entry.json, last_taken_us_), last_taken_us_};
}

void DemoLog::agent_event(std::string_view type, std::string_view data_json) {
  write(RecordKind::agent_events,
        DemoJson().raw("timestamp", kStamp).text("event_type", type).raw("data", data_json).str());
}

void DemoLog::talk(std::string_view logger, std::string_view level, std::string_view event,
                   std::string_view fields_json) {
  std::string json = DemoJson()
                         .members_of(fields_json)
                         .raw("timestamp", kZuluStamp)
                         .text("event", event)
                         .text("logger", logger)
                         .text("level", level)
                         .str();
  write(RecordKind::conversations, json);
  if (level != "debug") write(RecordKind::decisions, std::move(json), true);
}

void DemoLog::thinking(std::string_view thought, std::string_view context_json) {
  talk("marcus", "debug", "pm_thinking",
       DemoJson()
           .text("conversation_type", "internal_thinking")
           .text("thought", thought)
           .raw("context", context_json)
           .str());
}

void DemoLog::message(std::string_view worker, bool to_manager, std::string_view text,
                      std::string_view metadata_json) {
  talk("worker", "info", "worker_communication",
       DemoJson()
           .text("worker_id", worker)
           .text("conversation_type", to_manager ? "worker_to_pm" : "pm_to_worker")
           .text("message", text)
           .raw("metadata", metadata_json)
           .str());
}

void DemoLog::decision(std::string_view decision, std::string_view rationale,
                       std::string_view alternatives_json, std::string_view confidence,
                       std::string_view factors_json) {
  talk("marcus", "info", "pm_decision",
       DemoJson()
           .text("conversation_type", "decision")
           .text("decision", decision)
           .text("rationale", rationale)
           .raw("alternatives_considered", alternatives_json)
           .raw("confidence_score", confidence)
           .raw("decision_factors", factors_json)
           .str());
}

void DemoLog::kanban(std::string_view action, bool to_kanban, std::string_view data_json) {
  talk("kanban", "info", "kanban_interaction",
       DemoJson()
           .text("conversation_type", to_kanban ? "pm_to_kanban" : "kanban_to_pm")
           .text("action", action)
           .raw("data", data_json)
           .raw("processing_steps", "[]")
           .str());
}

void DemoLog::tool_succeeded(std::string_view tool, std::string_view arguments_json,
                             std::string_view response_json) {
  thinking("MCP tool '" + std::string(tool) + "' succeeded", DemoJson()
                                                                 .text("tool_name", tool)
                                                                 .raw("arguments", arguments_json)
                                                                 .raw("response", response_json)
                                                                 .str());
}

// The one record of Marcus whose time stamp comes last.
void DemoLog::tool_failed(std::string_view tool, std::string_view arguments_json,
                          std::string_view retry_reason, std::string_view response_json) {
  std::string json = DemoJson()
                         .text("tool_name", tool)
                         .raw("arguments", arguments_json)
                         .text("error", "Unknown error")
                         .text("retry_reason", retry_reason)
                         .raw("response", response_json)
                         .text("event", "MCP tool '" + std::string(tool) + "' returned failure")
                         .text("logger", "marcus")
                         .text("level", "warning")
                         .raw("timestamp", kZuluStamp)
                         .str();
  write(RecordKind::conversations, json);
  write(RecordKind::decisions, std::move(json), true);
}

// In the flat record the time stamp in the data has taken the place of the record's own.
void DemoLog::realtime(std::string_view type, std::string_view data_json, std::string_view source,
                       bool stamped_data) {
  write(RecordKind::realtime,
        DemoJson().raw("timestamp", kStamp).text("type", type).members_of(data_json).str());
  DemoJson stored;
  stored.members_of(data_json);
  if (stamped_data) stored.raw("timestamp", kStamp);
  event(type, source, stored.str());
}

void DemoLog::event(std::string_view type, std::string_view source, std::string_view data_json) {
  const std::string id = "evt_" + std::to_string(++events_) + "_" + kUnixMark;
  write(RecordKind::events, DemoJson()
                                .text("event_id", id)
                                .raw("timestamp", kStamp)
                                .text("event_type", type)
                                .text("source", source)
                                .raw("data", data_json)
                                .raw("metadata", "{}")
                                .str());
}

void DemoLog::client_registered(std::string_view client, std::string_view client_type,
                                std::string_view role) {
  realtime("client_registered",
           DemoJson().text("client_id", client).text("client_type", client_type).text("role", role).str());
  write(RecordKind::audit,
        DemoJson()
            .raw("timestamp", kStamp)
            .text("event_type", "client_registration")
            .text("client_id", client)
            .text("client_type", client_type)
            .raw("tool_name", "null")
            .truth("success", true)
            .raw("details", DemoJson().text("role", role).raw("metadata", "{}").str())
            .raw("context", R"({"host": "unknown", "transport": "http", "version": "unknown"})")
            .str());
}

}  // namespace relay
