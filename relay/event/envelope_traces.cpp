#include <algorithm>
#include <string>

#include "base/clock.h"
#include "event/envelope_kinds.h"

namespace relay {
namespace {

tl::unexpected<Error> unsupported(std::string_view field, std::string message) {
  return fail("unsupported_envelope", std::string(field), std::move(message));
}

}  // namespace

Status read_mcp_notification(const EnvelopeObject& object, EventDraft& draft) {
  constexpr std::string_view kPrefix = "notifications/";
  const std::string_view method = draft.text(object.get("method"));
  std::string name(method.substr(0, kPrefix.size()) == kPrefix ? method.substr(kPrefix.size()) : "");
  if (!is_plain_name(name, "/-"))
    return unsupported("method", "only MCP notifications are events; send notifications/message or the like");
  std::replace(name.begin(), name.end(), '/', '.');
  if (name == "message") name = "log";

  const seneca::JsonView params = object.get("params");
  draft.fields.type = draft.keep("mcp." + name);
  draft.fields.origin = draft.keep(make_origin("mcp", method));
  draft.fields.data = params.raw();
  draft.fields.severity = draft.text(params.get("level"));
  const std::string_view logger = draft.text(params.get("logger"));
  if (!logger.empty()) draft.fields.source = draft.keep("/mcp/" + std::string(logger));
  return {};
}

Status read_langchain(const EnvelopeObject& object, EventDraft& draft) {
  const std::string_view event = draft.text(object.get("event"));
  std::string name(event.substr(std::string_view("on_").size()));
  if (!is_plain_name(name, "")) return bad_field("event", "must be on_THING_start, _stream or _end");
  if (const size_t phase = name.rfind('_'); phase != std::string::npos) name[phase] = '.';
  draft.fields.type = draft.keep("langchain." + name);
  draft.fields.origin = draft.keep(make_origin("langchain", event));
  draft.fields.correlation_id = draft.text(object.get("run_id"));
  draft.fields.subject = draft.text(object.get("metadata").get("thread_id"));
  draft.fields.data = object.raw();
  return {};
}

Status read_openai_trace(const EnvelopeObject& object, EventDraft& draft) {
  const std::string_view kind = draft.text(object.get("object"));
  const seneca::JsonView ended = object.get("ended_at");
  std::string type = "openai.agents.trace";
  if (kind == "trace.span") {
    const std::string_view span = draft.text(object.get("span_data").get("type"));
    if (!is_plain_name(span, "-")) return bad_field("span_data.type", "must name the kind of span");
    type = "openai.agents." + std::string(span) + (ended.is_string() ? ".ended" : ".started");
  }
  draft.fields.type = draft.keep(std::move(type));
  draft.fields.origin = draft.keep(make_origin("openai", kind));
  draft.fields.id = draft.text(object.get("id"));
  draft.fields.correlation_id = draft.text(object.get("trace_id"));
  draft.fields.data = object.raw();
  if (ended.is_string()) return draft.take_time(ended, "ended_at");
  return draft.take_time(object.get("started_at"), "started_at");
}

Status read_generic(const EnvelopeObject& object, EventDraft& draft) {
  draft.fields.type = draft.text(object.get("type"));
  if (draft.fields.type.empty()) draft.fields.type = "generic";
  draft.fields.data = object.raw();
  // A time stamp nobody declared to be one is taken when it reads as one.
  int64_t time_us = 0;
  const std::string_view time = draft.text(object.get("timestamp"));
  if (parse_time(time, draft.options().naive_tz_offset_s, time_us)) return draft.set_time(time, "timestamp");
  return {};
}

}  // namespace relay
