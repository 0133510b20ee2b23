#include <algorithm>
#include <array>

#include "event/envelope_kinds.h"
#include "event/extension.h"

namespace relay {
namespace {

struct TextAttribute {
  std::string_view name;
  std::string_view EventFields::*field;
};

constexpr std::array kTextAttributes = {
    TextAttribute{"id", &EventFields::id},
    TextAttribute{"source", &EventFields::source},
    TextAttribute{"type", &EventFields::type},
    TextAttribute{"subject", &EventFields::subject},
    TextAttribute{"severitytext", &EventFields::severity},
    TextAttribute{"correlationid", &EventFields::correlation_id},
    TextAttribute{"traceparent", &EventFields::traceparent},
    TextAttribute{"origin", &EventFields::origin},
    TextAttribute{"room", &EventFields::room},
};

// Positions in a log are the relay's own to give.
constexpr std::array<std::string_view, 3> kIgnored = {"sequence", "offset", "epoch"};

bool contains(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Status take_attribute(EventDraft& draft, std::string_view name, const seneca::JsonView& value) {
  if (contains(kIgnored, name) || value.is_null()) return {};
  if (value.is_object() || value.is_array())
    return bad_field(name, "is an attribute, so a text, number or boolean; move structures into data");
  if (value.is_string()) {
    const Result<bool> known = set_known_attribute(draft, name, draft.text(value));
    if (!known) return tl::unexpected<Error>(known.error());
    if (*known) return {};
  } else if (is_known_attribute(name)) {
    return bad_field(name, "must be a text; put it in quotes");
  }
  append_extension(draft.extensions, name, value.raw());
  return {};
}

}  // namespace

bool is_attribute_name(std::string_view name) {
  return !name.empty() && name != "data" && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

bool is_known_attribute(std::string_view name) {
  return name == "specversion" || name == "time" || name == "priority" || name == "datacontenttype" ||
         contains(kIgnored, name) ||
         std::any_of(kTextAttributes.begin(), kTextAttributes.end(),
                     [&](const TextAttribute& attribute) { return attribute.name == name; });
}

Result<bool> set_known_attribute(EventDraft& draft, std::string_view name, std::string_view value) {
  for (const auto& [known, field] : kTextAttributes) {
    if (name != known) continue;
    draft.fields.*field = value;
    return true;
  }
  const auto done = [](Status status) -> Result<bool> {
    if (!status) return tl::unexpected<Error>(std::move(status.error()));
    return true;
  };
  if (name == "time") return done(draft.set_time(value, name));
  if (name == "priority") return done(draft.set_priority(value, name));
  if (name == "specversion" && value != "1.0") return bad_field(name, "must be \"1.0\"");
  // The one every event with data has; others are kept as extension attributes.
  if (name == "datacontenttype") return value == "application/json";
  return name == "specversion" || contains(kIgnored, name);
}

Status check_required_attributes(const EventDraft& draft, bool has_specversion) {
  if (!has_specversion) return missing_field("specversion");
  for (const auto& [name, field] : kTextAttributes) {
    const bool required = name == "id" || name == "source" || name == "type";
    if (required && (draft.fields.*field).empty()) return missing_field(name);
  }
  return {};
}

Status read_cloudevent(const EnvelopeObject& object, EventDraft& draft) {
  for (const auto& [key, value] : object.entries()) {
    if (key == "data") {
      draft.fields.data = value.raw();
    } else if (key == "data_base64") {
      if (!value.is_string()) return bad_field(key, "must be a text in base64");
      append_extension(draft.extensions, key, value.raw());
    } else if (!is_attribute_name(key)) {
      return fail(
          "bad_attribute", std::string(key),
          "is no CloudEvents attribute name; use lower case letters and digits, or move it into data");
    } else if (const Status taken = take_attribute(draft, key, value); !taken) {
      return taken;
    }
  }
  if (object.has("data") && object.has("data_base64"))
    return bad_field("data_base64", "excludes data; send one");
  return check_required_attributes(draft, object.get("specversion").is_string());
}

}  // namespace relay
