#include "event/envelope.h"

#include <cstdint>
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

// The keys that tell envelopes apart.
enum Key : uint32_t {
  kNoKey = 0,
  kSpecversion = 1 << 0,
  kEventId = 1 << 1,
  kEventType = 1 << 2,
  kJsonrpc = 1 << 3,
  kResourceLogs = 1 << 4,
  kResourceSpans = 1 << 5,
  kObject = 1 << 6,
  kRunId = 1 << 7,
  kEvent = 1 << 8,
  kLogger = 1 << 9,
  kLevel = 1 << 10,
  kToolName = 1 << 11,
  kClientId = 1 << 12,
  kSuccess = 1 << 13,
  kClientType = 1 << 14,
  kData = 1 << 15,
  kType = 1 << 16,
  kTimestamp = 1 << 17,
};

// By length first, so that a key is compared with one or two of them.
Key key_of(std::string_view name) {
  switch (name.size()) {
    case 4:
      return name == "type" ? kType : name == "data" ? kData : kNoKey;
    case 5:
      return name == "event" ? kEvent : name == "level" ? kLevel : kNoKey;
    case 6:
      return name == "object" ? kObject : name == "run_id" ? kRunId : name == "logger" ? kLogger : kNoKey;
    case 7:
      return name == "jsonrpc" ? kJsonrpc : name == "success" ? kSuccess : kNoKey;
    case 8:
      return name == "event_id" ? kEventId : kNoKey;
    case 9:
      return name == "timestamp"   ? kTimestamp
             : name == "client_id" ? kClientId
             : name == "tool_name" ? kToolName
                                   : kNoKey;
    case 10:
      return name == "event_type" ? kEventType : kNoKey;
    case 11:
      return name == "specversion" ? kSpecversion : name == "client_type" ? kClientType : kNoKey;
    case 12:
      return name == "resourceLogs" ? kResourceLogs : kNoKey;
    case 13:
      return name == "resourceSpans" ? kResourceSpans : kNoKey;
    default:
      return kNoKey;
  }
}

// The order decides: shapes that say what they are come before those that only look like something.
EnvelopeReader recognise(const EnvelopeObject& object) {
  uint32_t found = 0;
  for (const auto& [key, value] : object.entries()) found |= key_of(key);
  const auto has = [found](uint32_t keys) { return (found & keys) == keys; };
  const auto is = [&](std::string_view kind) { return has(kObject) && object.get("object").equals(kind); };
  if (has(kSpecversion)) return read_cloudevent;
  if (has(kEventId | kEventType)) return read_marcus_event;
  if (has(kJsonrpc)) return read_mcp_notification;
  if (has(kResourceLogs) || has(kResourceSpans)) return refuse_otlp;
  if (is("trace") || is("trace.span")) return read_openai_trace;
  if (has(kRunId) && object.get("event").raw_string().substr(0, 3) == "on_") return read_langchain;
  if (has(kEvent | kLogger | kLevel)) return read_conversation;
  if (has(kToolName | kClientId | kSuccess)) return read_audit;
  if (has(kClientType | kClientId | kEventType)) return read_audit;
  if (has(kEventType | kData)) return read_agent_event;
  if (has(kType | kData)) return read_seed_event;
  if (has(kType | kTimestamp)) return read_realtime;
  return read_generic;
}

Result<EventRef> read_event(const EnvelopeObject& object, const EnvelopeOptions& options) {
  const EnvelopeReader hinted = hinted_reader(options.hint);
  const EnvelopeReader reader = hinted != nullptr ? hinted : recognise(object);
  EventDraft draft(options);
  if (const Status read = reader(object, draft); !read) return tl::unexpected<Error>(read.error());
  return draft.finish();
}

// `object` is scratch.
Result<EventRef> read_checked(std::string_view json, const EnvelopeOptions& options, EnvelopeObject& object) {
  if (const Status read = object.read(json); !read) return tl::unexpected<Error>(read.error());
  return read_event(object, options);
}

// The text to read: `json` itself, or `repaired` when it is a log line with NaN in it.
Result<std::string_view> checked(std::string_view json, const EnvelopeOptions& options, std::string& repaired,
                                 JsonOutline* outline) {
  const auto tolerance = options.tolerant ? JsonTolerance::lone_surrogates : JsonTolerance::strict;
  size_t error_at = 0;
  JsonFault fault = check_json(json, {}, tolerance, &error_at, outline);
  if (fault == JsonFault::not_finite && options.tolerant) {
    const size_t count = repair_json_line(json, repaired);
    if (options.repaired != nullptr) *options.repaired += count;
    json = repaired;
    fault = check_json(json, {}, tolerance, &error_at, outline);
  }
  if (fault == JsonFault::none) return json;
  return fail("bad_json", "byte " + std::to_string(error_at), std::string(to_string(fault)));
}

// `object` is scratch.
Result<EventRef> check_and_read(std::string_view json, const EnvelopeOptions& options,
                                EnvelopeObject& object) {
  std::string repaired;
  const Result<std::string_view> text = checked(json, options, repaired, &object.outline());
  if (!text) return tl::unexpected<Error>(text.error());
  if (const Status taken = object.take(*text); !taken) return tl::unexpected<Error>(taken.error());
  return read_event(object, options);
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
  EnvelopeObject object;
  return check_and_read(json, options, object);
}

Result<EventRef> parse_checked_event(std::string_view json, const EnvelopeOptions& options) {
  EnvelopeObject object;
  return read_checked(json, options, object);
}

Result<EventRef> parse_checked_event(std::string_view json, const EnvelopeOptions& options,
                                     const JsonOutline& outline) {
  if (!outline.is_of(json)) return parse_checked_event(json, options);
  EnvelopeObject object(outline);
  if (const Status taken = object.take(json); !taken) return tl::unexpected<Error>(taken.error());
  return read_event(object, options);
}

Result<std::vector<EventRef>> parse_events(std::string_view body, const EnvelopeOptions& options) {
  std::string repaired;
  const Result<std::string_view> text = checked(body, options, repaired, nullptr);
  if (!text) return tl::unexpected<Error>(text.error());
  return parse_checked_events(*text, options);
}

Result<std::vector<EventRef>> parse_checked_events(std::string_view json, const EnvelopeOptions& given) {
  EnvelopeOptions options = given;
  options.fallback_id = {};
  EnvelopeObject object;
  std::vector<EventRef> events;
  const seneca::JsonView view(json);
  if (!view.is_array()) {
    Result<EventRef> event = read_checked(json, options, object);
    if (!event) return tl::unexpected<Error>(std::move(event.error()));
    events.push_back(std::move(*event));
    return events;
  }
  for (const seneca::JsonView& item : view.items()) {
    if (events.size() == options.max_events) return too_many_events(options);
    Result<EventRef> event = read_checked(item.raw(), options, object);
    if (!event)
      return at_place(std::move(event.error()), "events[" + std::to_string(events.size()) + "]", ".");
    events.push_back(std::move(*event));
  }
  return events;
}

Result<std::vector<EventRef>> parse_ndjson(std::string_view body, const EnvelopeOptions& given) {
  EnvelopeOptions options = given;
  options.fallback_id = {};
  EnvelopeObject object;
  std::vector<EventRef> events;
  for (size_t number = 1; !body.empty(); ++number) {
    const size_t end = body.find('\n');
    const std::string_view line = body.substr(0, end);
    body = end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (events.size() == options.max_events) return too_many_events(options);
    Result<EventRef> event = check_and_read(line, options, object);
    if (!event) return at_place(std::move(event.error()), "line " + std::to_string(number), ", ");
    events.push_back(std::move(*event));
  }
  return events;
}

}  // namespace relay
