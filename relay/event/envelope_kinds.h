#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "event/envelope_object.h"
#include "event/event_draft.h"

namespace relay {

/// The readers behind parse_event, one for each envelope it recognises. Each fills the draft from the object.
using EnvelopeReader = Status (*)(const EnvelopeObject& object, EventDraft& draft);

[[nodiscard]] Status read_cloudevent(const EnvelopeObject& object, EventDraft& draft);
[[nodiscard]] Status read_seed_event(const EnvelopeObject& object, EventDraft& draft);

[[nodiscard]] Status read_marcus_event(const EnvelopeObject& object, EventDraft& draft);
[[nodiscard]] Status read_agent_event(const EnvelopeObject& object, EventDraft& draft);
[[nodiscard]] Status read_conversation(const EnvelopeObject& object, EventDraft& draft);
[[nodiscard]] Status read_realtime(const EnvelopeObject& object, EventDraft& draft);
[[nodiscard]] Status read_audit(const EnvelopeObject& object, EventDraft& draft);

[[nodiscard]] Status read_mcp_notification(const EnvelopeObject& object, EventDraft& draft);
[[nodiscard]] Status read_langchain(const EnvelopeObject& object, EventDraft& draft);
[[nodiscard]] Status read_openai_trace(const EnvelopeObject& object, EventDraft& draft);
[[nodiscard]] Status read_generic(const EnvelopeObject& object, EventDraft& draft);

/// "KIND/NAME" for the origin attribute: control characters become blanks, long names are cut.
[[nodiscard]] std::string make_origin(std::string_view kind, std::string_view name);

/// True when `name` is not empty and made of letters, digits, `_` and the characters of `also`.
[[nodiscard]] bool is_plain_name(std::string_view name, std::string_view also);

/// Adds `metadata` (JSON) to the draft's data as member "metadata"; where data cannot take it, as an
/// extension attribute holding it as text, so that nothing is lost.
void attach_metadata(EventDraft& draft, std::string_view metadata);

/// Sets a CloudEvents attribute the relay knows. False when `name` is none of them.
[[nodiscard]] Result<bool> set_known_attribute(EventDraft& draft, std::string_view name,
                                               std::string_view value);
[[nodiscard]] bool is_known_attribute(std::string_view name);
/// After all attributes: specversion, id, source and type were there.
[[nodiscard]] Status check_required_attributes(const EventDraft& draft, bool has_specversion);
/// Lower case letters and digits, and not "data", which CloudEvents keeps for the payload.
[[nodiscard]] bool is_attribute_name(std::string_view name);

/// True for "application/json", "text/json" and "…+json", parameters ignored.
[[nodiscard]] bool is_json_content_type(std::string_view content_type);

}  // namespace relay
