#include "event/envelope.h"

#include <string>

#include "event/envelope_kinds.h"
#include "event/json_check.h"

namespace relay {
namespace {

EnvelopeReader hinted_reader(EnvelopeOptions::Hint hint) {
  switch (hint) {
    case EnvelopeOptions::Hint::none:
      break;
    case EnvelopeOptions::Hint::agent_events:
      return read_agent_event;
    case EnvelopeOptions::Hint::conversations:
      return read_conversation;
    case EnvelopeOptions::Hint::realtime:
      return read_realtime;
    case EnvelopeOptions::Hint::audit:
      return read_audit;
    case EnvelopeOptions::Hint::events:
      return read_marcus_event;
  }
  return nullptr;
}

Status refuse_otlp(const EnvelopeObject&, EventDraft&) {
  return fail("unsupported_envelope", "",
              "OTLP exports are not taken here; send CloudEvents or {type, data}");
}

// The order decides: shapes that say what they are come before those that only look like something.
EnvelopeReader recognise(const EnvelopeObject& object) {
  const auto has = [&object](auto... keys) { return (object.has(keys) && ...); };
  const seneca::JsonView kind = object.get("object");
  if (has("specversion")) return read_cloudevent;
  if (has("event_id", "event_type")) return read_marcus_event;
  if (has("jsonrpc")) return read_mcp_notification;
  if (has("resourceLogs") || has("resourceSpans")) return refuse_otlp;
  if (kind.equals("trace") || kind.equals("trace.span")) return read_openai_trace;
  if (has("run_id") && object.get("event").raw_string().substr(0, 3) == "on_") return read_langchain;
  if (has("event", "logger", "level")) return read_conversation;
  if (has("tool_name", "client_id", "success")) return read_audit;
  if (has("client_type", "client_id", "event_type")) return read_audit;
  if (has("event_type", "data")) return read_agent_event;
  if (has("type", "data")) return read_seed_event;
  if (has("type", "timestamp")) return read_realtime;
  return read_generic;
}

Result<EventRef> read_event(std::string_view checked_json, const EnvelopeOptions& options) {
  const Result<EnvelopeObject> object = EnvelopeObject::read(checked_json);
  if (!object) return tl::unexpected<Error>(object.error());
  const EnvelopeReader hinted = hinted_reader(options.hint);
  const EnvelopeReader reader = hinted != nullptr ? hinted : recognise(*object);
  EventDraft draft(options);
  if (const Status read = reader(*object, draft); !read) return tl::unexpected<Error>(read.error());
  return draft.finish();
}

// The text to read: `json` itself, or `repaired` when it is a log line with NaN in it.
Result<std::string_view> checked(std::string_view json, const EnvelopeOptions& options,
                                 std::string& repaired) {
  const auto tolerance = options.tolerant ? JsonTolerance::lone_surrogates : JsonTolerance::strict;
  size_t error_at = 0;
  JsonFault fault = check_json(json, {}, tolerance, &error_at);
  if (fault == JsonFault::not_finite && options.tolerant) {
    const size_t count = repair_json_line(json, repaired);
    if (options.repaired != nullptr) *options.repaired += count;
    json = repaired;
    fault = check_json(json, {}, tolerance, &error_at);
  }
  if (fault == JsonFault::none) return json;
  return fail("bad_json", "byte " + std::to_string(error_at), std::string(to_string(fault)));
}

tl::unexpected<Error> at_place(Error error, const std::string& place, std::string_view separator) {
  error.subject = error.subject.empty() ? place : place + std::string(separator) + error.subject;
  return tl::unexpected<Error>(std::move(error));
}

tl::unexpected<Error> too_many_events(const EnvelopeOptions& options) {
  return fail("too_many_events", "events",
              "at most " + std::to_string(options.max_events) + " are taken at once; split the body");
}

}  // namespace

Result<EventRef> parse_event(std::string_view json, const EnvelopeOptions& options) {
  std::string repaired;
  const Result<std::string_view> text = checked(json, options, repaired);
  if (!text) return tl::unexpected<Error>(text.error());
  return read_event(*text, options);
}

Result<std::vector<EventRef>> parse_events(std::string_view body, const EnvelopeOptions& given) {
  EnvelopeOptions options = given;
  options.fallback_id = {};
  std::string repaired;
  const Result<std::string_view> text = checked(body, options, repaired);
  if (!text) return tl::unexpected<Error>(text.error());

  std::vector<EventRef> events;
  const seneca::JsonView view(*text);
  if (!view.is_array()) {
    Result<EventRef> event = read_event(*text, options);
    if (!event) return tl::unexpected<Error>(std::move(event.error()));
    events.push_back(std::move(*event));
    return events;
  }
  for (const seneca::JsonView& item : view.items()) {
    if (events.size() == options.max_events) return too_many_events(options);
    Result<EventRef> event = read_event(item.raw(), options);
    if (!event)
      return at_place(std::move(event.error()), "events[" + std::to_string(events.size()) + "]", ".");
    events.push_back(std::move(*event));
  }
  return events;
}

Result<std::vector<EventRef>> parse_ndjson(std::string_view body, const EnvelopeOptions& given) {
  EnvelopeOptions options = given;
  options.fallback_id = {};
  std::vector<EventRef> events;
  for (size_t number = 1; !body.empty(); ++number) {
    const size_t end = body.find('\n');
    const std::string_view line = body.substr(0, end);
    body = end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (events.size() == options.max_events) return too_many_events(options);
    Result<EventRef> event = parse_event(line, options);
    if (!event) return at_place(std::move(event.error()), "line " + std::to_string(number), ", ");
    events.push_back(std::move(*event));
  }
  return events;
}

}  // namespace relay
