#pragma once

#include <seneca/plugin.hpp>

#include <string>
#include <string_view>

namespace seneca_compat {

/// An event as a line of the conversation between Marcus and its agents: what the pages call a
/// ConversationEvent.
struct Conversation {
  std::string source, target;  ///< "marcus", "internal", "decision", "kanban_board", or an agent's id
  std::string_view type;       ///< "worker_message", "pm_thinking", "pm_decision", …
  std::string message;
  std::string metadata = "{}";    ///< JSON object
  std::string_view confidence{};  ///< JSON number, or ""
};

/// False when the event is none.
bool read_conversation(const seneca::Event& event, Conversation& out);

/// The JSON object the pages read: {id, timestamp, source, target, event_type, type, message, metadata,
/// confidence, duration_ms}. `more` are further members, beginning with a comma.
std::string to_json(const seneca::Event& event, const Conversation& conversation, std::string_view more = {});

/// The agent an event is about, or "".
std::string agent_of(const seneca::Event& event);

}  // namespace seneca_compat
