#include <string>

#include "event/envelope_kinds.h"
#include "event/extension.h"
#include "event/serialize.h"

namespace relay {
namespace {

// A bare word becomes a path below the seed's prefix; what already is a URI reference stays.
void take_source(EventDraft& draft, std::string_view source) {
  if (source.empty()) return;
  if (source.front() == '/' || source.find("://") != std::string_view::npos) {
    draft.fields.source = source;
    return;
  }
  draft.fields.origin = source;
  draft.fields.source = draft.keep(std::string(kSeedSourcePrefix) + std::string(source));
}

// Takes the members that are attributes here; the others are returned as a JSON object, "" when there are
// none.
std::string take_metadata(EventDraft& draft, const seneca::JsonView& metadata) {
  if (!metadata.is_object()) return metadata.is_null() ? std::string() : std::string(metadata.raw());
  std::string rest;
  for (const seneca::JsonMember& member : metadata.members()) {
    if (member.is("severity") && member.value.is_string()) {
      draft.fields.severity = draft.text(member.value);
    } else if (member.is("category") && member.value.is_string() &&
               !find_extension(draft.extensions, "category")) {
      append_extension(draft.extensions, "category", member.value.raw());
    } else if (member.is("priority") && parse_priority(draft.text(member.value), draft.fields.priority)) {
      draft.fields.has_priority = true;
    } else {
      rest += rest.empty() ? "{\"" : ",\"";
      rest += member.raw_key;
      rest += "\":";
      rest += member.value.raw();
    }
  }
  if (!rest.empty()) rest += '}';
  return rest;
}

}  // namespace

void attach_metadata(EventDraft& draft, std::string_view metadata) {
  if (draft.fields.data.empty()) {
    draft.fields.data = draft.keep("{\"metadata\":" + std::string(metadata) + "}");
    return;
  }
  const seneca::JsonView data(draft.fields.data);
  if (data.is_object() && !data.get("metadata")) {
    draft.fields.data = draft.keep(seneca::with_members(data.raw(), {{"metadata", metadata}}));
    return;
  }
  std::string text;
  seneca::append_json_string(text, metadata);
  append_extension(draft.extensions, "metadata", text);
}

Status read_seed_event(const EnvelopeObject& object, EventDraft& draft) {
  struct Text {
    std::string_view key;
    std::string_view EventFields::*field;
  };
  std::string_view source;
  for (const auto& [key, field] : {Text{"type", &EventFields::type}, Text{"id", &EventFields::id},
                                   Text{"subject", &EventFields::subject}, Text{"room", &EventFields::room},
                                   Text{"source", &EventFields::source}})
    if (const seneca::JsonView value = object.get(key); !value.raw().empty())
      if (const Status taken = draft.take_text(field, value, key); !taken) return taken;
  if (draft.fields.type.empty()) return missing_field("type");
  std::swap(source, draft.fields.source);
  take_source(draft, source);
  if (const Status taken = draft.take_time(object.get("timestamp"), "timestamp"); !taken) return taken;

  draft.fields.data = object.get("data").raw();
  const std::string rest = take_metadata(draft, object.get("metadata"));
  if (!rest.empty()) attach_metadata(draft, rest);
  const seneca::JsonView priority = object.get("priority");
  if (!priority || priority.is_null()) return {};
  return draft.set_priority(draft.text(priority), "priority");
}

}  // namespace relay
