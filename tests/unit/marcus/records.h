#pragma once

#include <seneca/json.hpp>

#include <string>
#include <string_view>

#include "event/event.h"

namespace relay::test {

// A structlog record around its own members.
inline std::string log_record(const std::string& event, const std::string& members) {
  return "{" + members + R"(, "timestamp": "2026-04-14T12:41:32.530848Z", "event": ")" + event +
         R"(", "logger": "marcus", "level": "info"})";
}

inline std::string said(const std::string& message, const std::string& metadata) {
  return log_record("worker_communication",
                    R"("worker_id": "a1", "conversation_type": "pm_to_worker", "message": ")" + message +
                        R"(", "metadata": {)" + metadata + "}");
}

inline std::string thought(const std::string& text, const std::string& context = "") {
  return log_record("pm_thinking", R"("thought": ")" + text + R"(", "context": {)" + context + "}");
}

inline std::string realtime(const std::string& type, const std::string& members) {
  return R"({"timestamp": "2026-04-14T12:41:31.954408+00:00", "type": ")" + type + "\"" +
         (members.empty() ? "" : ", ") + members + "}";
}

inline std::string agent_event(const std::string& type, const std::string& data) {
  return R"({"timestamp": "2026-04-14T12:41:31.9+00:00", "event_type": ")" + type + R"(", "data": {)" + data +
         "}}";
}

inline std::string stored_event(const std::string& type, const std::string& data,
                                const std::string& source = "marcus") {
  return R"({"event_id": "evt_1_2.5", "timestamp": "2026-04-14T12:41:31.9+00:00", "event_type": ")" + type +
         R"(", "source": ")" + source + R"(", "data": {)" + data + R"(}, "metadata": {}})";
}

inline std::string audit(const std::string& type, const std::string& members) {
  return R"({"timestamp": "2026-04-14T12:41:32+00:00", "event_type": ")" + type +
         R"(", "client_id": "c1", "client_type": "agent", "tool_name": "ping", )" + members +
         R"(, "context": {}})";
}

/// A member of an event's data by JSON pointer: a text, or the JSON of another value.
inline std::string member(const EventRef& event, std::string_view pointer) {
  const seneca::JsonView value = seneca::JsonView(event->data()).pointer(pointer);
  return value.is_string() ? value.string() : std::string(value.raw());
}

}  // namespace relay::test
