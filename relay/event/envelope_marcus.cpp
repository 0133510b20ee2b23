#include <algorithm>
#include <string>

#include "event/envelope_kinds.h"

namespace relay {
namespace {

constexpr std::string_view kAnyName = "record";
constexpr size_t kMaxName = 128;

// What all kinds share: the time, the raw type and the origin. `name` is what the record calls itself, if it
// does.
Status take_head(const EnvelopeObject& object, EventDraft& draft, std::string_view kind,
                 std::string_view name_key, std::string_view also_in_names) {
  const seneca::JsonView value = object.get(name_key);
  if (value && !value.is_string() && !draft.options().tolerant)
    return bad_field(name_key, "must be a text; put it in quotes");
  const std::string_view name = draft.text(value);
  const bool usable = name.size() <= kMaxName && is_plain_name(name, also_in_names);
  std::string type = "marcus.";
  type += kind;
  type += '.';
  type += usable ? name : kAnyName;
  draft.fields.type = draft.keep(std::move(type));
  draft.fields.origin = draft.keep(make_origin(kind, name));
  return draft.take_time(object.get("timestamp"), "timestamp");
}

// Marcus's own components are no agents.
bool is_agent(std::string_view source) {
  return !source.empty() && source != "marcus" && source != "mcp_client" && source != "context";
}

}  // namespace

bool is_plain_name(std::string_view name, std::string_view also) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [also](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           also.find(c) != std::string_view::npos;
  });
}

std::string make_origin(std::string_view kind, std::string_view name) {
  size_t length = std::min(name.size(), kMaxName);
  // Not within a UTF-8 sequence.
  while (length > 0 && length < name.size() && (static_cast<unsigned char>(name[length]) & 0xC0) == 0x80)
    --length;
  std::string origin(kind);
  if (length != 0) origin += '/';
  for (const char c : name.substr(0, length))
    origin += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  return origin;
}

Status read_marcus_event(const EnvelopeObject& object, EventDraft& draft) {
  if (const Status taken = take_head(object, draft, "events", "event_type", ".-"); !taken) return taken;
  if (const Status taken = draft.take_text(&EventFields::id, object.get("event_id"), "event_id"); !taken)
    return taken;
  const std::string_view source = draft.text(object.get("source"));
  if (is_agent(source)) draft.fields.subject = draft.keep("agent:" + std::string(source));
  draft.fields.data = object.get("data").raw();
  const seneca::JsonView metadata = object.get("metadata");
  if (metadata.size() != 0) attach_metadata(draft, metadata.raw());
  return {};
}

Status read_agent_event(const EnvelopeObject& object, EventDraft& draft) {
  draft.fields.data = object.get("data").raw();
  return take_head(object, draft, "agent_events", "event_type", ".-");
}

Status read_conversation(const EnvelopeObject& object, EventDraft& draft) {
  draft.fields.data = object.raw();
  if (const Status taken = draft.take_text(&EventFields::severity, object.get("level"), "level"); !taken)
    return taken;
  return take_head(object, draft, "conversations", "event", "");
}

Status read_realtime(const EnvelopeObject& object, EventDraft& draft) {
  draft.fields.data = object.raw();
  return take_head(object, draft, "realtime", "type", ".-");
}

Status read_audit(const EnvelopeObject& object, EventDraft& draft) {
  draft.fields.data = object.raw();
  return take_head(object, draft, "audit", "event_type", ".-");
}

}  // namespace relay
