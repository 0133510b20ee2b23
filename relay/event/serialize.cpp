#include "event/serialize.h"

#include <charconv>

#include "base/clock.h"
#include "event/extension.h"

namespace relay {
namespace {

constexpr std::string_view kDefaultContentType = R"("datacontenttype":"application/json")";
// Room for names, punctuation and numbers around the event's own texts.
constexpr size_t kEnvelopeBytes = 320;

void append_member(std::string& out, std::string_view name_and_colon, std::string_view value) {
  out += name_and_colon;
  seneca::append_json_string(out, value);
}

void append_optional(std::string& out, std::string_view name_and_colon, std::string_view value) {
  if (!value.empty()) append_member(out, name_and_colon, value);
}

void append_number(std::string& out, uint64_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// Seed clients know their sources by the bare word they sent.
std::string_view seed_source(const EventFields& fields) {
  const bool renamed = fields.source.starts_with(kSeedSourcePrefix) &&
                       fields.source.substr(kSeedSourcePrefix.size()) == fields.origin;
  return renamed ? fields.origin : fields.source;
}

}  // namespace

std::optional<EventShape> event_shape(std::string_view name) {
  if (name == "cloudevents") return EventShape::cloudevents;
  if (name == "seed") return EventShape::seed;
  if (name == "compact") return EventShape::compact;
  return std::nullopt;
}

void append_event_json(std::string& out, const Event& event, EventShape shape, std::string_view epoch) {
  switch (shape) {
    case EventShape::cloudevents:
      return append_cloudevent_json(out, event, epoch);
    case EventShape::seed:
      return append_seed_json(out, event);
    case EventShape::compact:
      return append_compact_json(out, event);
  }
}

void append_cloudevent_json(std::string& out, const Event& event, std::string_view epoch) {
  const EventFields& fields = event.fields();
  out.reserve(out.size() + event.footprint() + kEnvelopeBytes);
  append_member(out, R"({"specversion":"1.0","id":)", fields.id);
  append_member(out, R"(,"source":)", fields.source);
  append_member(out, R"(,"type":)", fields.type);
  append_optional(out, R"(,"subject":)", fields.subject);
  out += R"(,"time":")";
  append_rfc3339(out, fields.time_us);
  out += '"';
  if (!fields.data.empty() && !find_extension(fields.extensions, "datacontenttype")) {
    out += ',';
    out += kDefaultContentType;
  }
  if (event.offset() != 0) {
    out += R"(,"sequence":")";
    append_number(out, event.offset());
    out += '"';
    append_optional(out, R"(,"epoch":)", epoch);
  }
  append_member(out, R"(,"priority":)", to_string(fields.priority));
  append_optional(out, R"(,"severitytext":)", fields.severity);
  append_optional(out, R"(,"correlationid":)", fields.correlation_id);
  append_optional(out, R"(,"traceparent":)", fields.traceparent);
  append_optional(out, R"(,"origin":)", fields.origin);
  append_optional(out, R"(,"room":)", fields.room);
  if (!fields.extensions.empty()) {
    out += ',';
    out += fields.extensions;
  }
  if (!fields.data.empty()) {
    out += R"(,"data":)";
    out += fields.data;
  }
  out += '}';
}

void append_seed_json(std::string& out, const Event& event) {
  const EventFields& fields = event.fields();
  out.reserve(out.size() + event.footprint() + kEnvelopeBytes);
  append_member(out, R"({"type":)", fields.type);
  out += R"(,"timestamp":")";
  append_rfc3339(out, fields.time_us);
  out += R"(","data":)";
  out += fields.data.empty() ? std::string_view("null") : fields.data;
  append_member(out, R"(,"source":)", seed_source(fields));
  append_member(out, R"(,"metadata":{"id":)", fields.id);
  out += R"(,"sequence":)";
  append_number(out, event.offset());
  append_optional(out, R"(,"severity":)", fields.severity);
  append_member(out, R"(,"priority":)", to_string(fields.priority));
  append_optional(out, R"(,"subject":)", fields.subject);
  out += "}}";
}

void append_compact_json(std::string& out, const Event& event) {
  const EventFields& fields = event.fields();
  out.reserve(out.size() + fields.type.size() + fields.subject.size() + fields.data.size() + 64);
  out += '{';
  if (event.offset() != 0) {
    out += R"("offset":)";
    append_number(out, event.offset());
    out += ',';
  }
  append_member(out, R"("type":)", fields.type);
  append_optional(out, R"(,"subject":)", fields.subject);
  if (!fields.data.empty()) {
    out += R"(,"data":)";
    out += fields.data;
  }
  out += '}';
}

}  // namespace relay
