#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "event/event.h"

namespace relay {

class JsonOutline;

/// How to read what came in. Borrows its texts for the call.
struct EnvelopeOptions {
  /// What a file is known to hold. Overrules recognition by keys, which cannot tell a realtime record from a
  /// seed event.
  enum class Hint { none, agent_events, conversations, realtime, audit, events };

  std::string_view default_source = "/http";  ///< source of events that do not name one
  int64_t now_wall_us = 0;                    ///< time of events that do not name one
  int64_t naive_tz_offset_s = 0;              ///< zone of time stamps without one, seconds east of UTC
  size_t max_data = 64000;                    ///< bytes of one event's data
  size_t max_events = 10000;                  ///< events of one array or NDJSON body
  std::string_view fallback_id;               ///< parse_event only: id when the input has none; "": a UUIDv7
  Hint hint = Hint::none;
  bool backfill = false;
  bool reserved_types = false;  ///< take the relay's own types, seneca.*, as well
  /// A log file: lone surrogates stay escaped, NaN and Infinity become null, an unreadable time stamp becomes
  /// now.
  bool tolerant = false;
  uint64_t* repaired = nullptr;  ///< grows by the NaN and Infinity replaced, when given
};

/// Reads one JSON object as an event. Recognised by its keys, in this order:
///
///   specversion                                   CloudEvent 1.0
///   event_id, event_type                          Marcus Event            marcus.events.TYPE
///   jsonrpc                                       MCP notification        mcp.METHOD
///   resourceLogs or resourceSpans                 OTLP                    refused
///   object = trace or trace.span                  OpenAI Agents SDK       openai.agents.…
///   event = on_…, run_id                          LangChain               langchain.…
///   event, logger, level                          Marcus conversations    marcus.conversations.EVENT
///   tool_name, client_id, success                 Marcus audit            marcus.audit.TYPE
///   client_type, client_id, event_type            Marcus audit            marcus.audit.TYPE
///   event_type, data                              Marcus agent events     marcus.agent_events.TYPE
///   type, data                                    seed event              TYPE
///   type, timestamp                               Marcus realtime         marcus.realtime.TYPE
///   anything else                                 generic                 its `type`, or "generic"
///
/// The marcus.* types are raw: the marcus plugin turns them into topics. A name that cannot be part of a type
/// becomes "record"; `origin` keeps it.
///
/// Error codes, all stable; the subject is the field ("type", "events[3].type", "line 7, type"):
///   bad_json              not one valid JSON value, or beyond a limit of JsonLimits
///   not_object            an event that is not a JSON object
///   duplicate_key         a key of the envelope appears twice
///   missing_field         a required field is absent, null or empty
///   bad_field             a field has the wrong type or value
///   bad_attribute         a CloudEvents attribute whose name is not [a-z0-9]+
///   bad_type              a type that is_valid_type refuses
///   reserved_type         a type that begins with "seneca.", without the option reserved_types
///   bad_room              a room that is_valid_room refuses
///   bad_priority          none of critical, high, normal, low
///   too_large             data is larger than max_data
///   too_many_events       more than max_events in one body
///   unsupported_envelope  recognised, but not an event this relay takes
[[nodiscard]] Result<EventRef> parse_event(std::string_view json, const EnvelopeOptions& options);

/// One event, or an array of them: all or none.
[[nodiscard]] Result<std::vector<EventRef>> parse_events(std::string_view body,
                                                         const EnvelopeOptions& options);

/// The same for a part of a text that has passed check_json with these options' tolerance: it is not checked
/// again.
[[nodiscard]] Result<EventRef> parse_checked_event(std::string_view json, const EnvelopeOptions& options);
/// With the outline that the check made of it, if it made one.
[[nodiscard]] Result<EventRef> parse_checked_event(std::string_view json, const EnvelopeOptions& options,
                                                   const JsonOutline& outline);
[[nodiscard]] Result<std::vector<EventRef>> parse_checked_events(std::string_view json,
                                                                 const EnvelopeOptions& options);

/// One event per line; blank lines and CR before LF are ignored: all or none.
[[nodiscard]] Result<std::vector<EventRef>> parse_ndjson(std::string_view body,
                                                         const EnvelopeOptions& options);

using HeaderField = std::pair<std::string_view, std::string_view>;

/// A CloudEvent in HTTP binary mode: attributes in `ce-*` headers (others are ignored), data in the body. A
/// JSON body is kept byte for byte, text becomes a JSON string, anything else the attribute data_base64.
[[nodiscard]] Result<EventRef> event_from_cloudevent_headers(const std::vector<HeaderField>& headers,
                                                             std::string_view content_type,
                                                             std::string_view body,
                                                             const EnvelopeOptions& options);

/// 1 to 255 printable ASCII characters without space, `*`, `,`, quotes or backslash. Dots separate levels.
[[nodiscard]] bool is_valid_type(std::string_view type);

/// True for `seneca.*`: what such events say is done by the relay itself (codec/emission.h).
[[nodiscard]] bool is_reserved_type(std::string_view type);

/// 1 to 200 bytes without control characters, `*` or `>`.
[[nodiscard]] bool is_valid_room(std::string_view room);

}  // namespace relay
