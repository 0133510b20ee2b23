#include "plugin/event_fields.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "base/utf8.h"
#include "event/envelope.h"
#include "event/json_check.h"

namespace relay {
namespace {

constexpr int64_t kYear0Us = -62167219200'000000;    // 0000-01-01, the first RFC 3339 can write
constexpr int64_t kYear10kUs = 253402300800'000000;  // 10000-01-01, the first it cannot

bool is_json(std::string_view text) {
  return check_json(text, {}, JsonTolerance::lone_surrogates) == JsonFault::none;
}

bool is_valid(int32_t field, std::string_view text) {
  if (valid_utf8_prefix(text) != text.size()) return false;
  const bool required =
      field == SENECA_FIELD_ID || field == SENECA_FIELD_SOURCE || field == SENECA_FIELD_TYPE;
  if (text.empty()) return !required;
  if (field == SENECA_FIELD_TYPE) return is_valid_type(text);
  if (field == SENECA_FIELD_ROOM) return is_valid_room(text);
  if (field == SENECA_FIELD_DATA) return is_json(text);
  if (field == SENECA_FIELD_EXTENSIONS) return is_json('{' + std::string(text) + '}');
  return true;
}

}  // namespace

const TextField* text_field(int32_t field) {
  if (field < SENECA_FIELD_ID || field > SENECA_FIELD_EXTENSIONS) return nullptr;
  return &kTextFields[static_cast<size_t>(field - SENECA_FIELD_ID)];
}

int32_t abi_priority(const EventFields& event) {
  return event.has_priority ? static_cast<int32_t>(event.priority) + SENECA_PRIORITY_CRITICAL
                            : SENECA_PRIORITY_UNSET;
}

void set_abi_priority(int32_t priority, EventFields& event) {
  event.has_priority = priority != SENECA_PRIORITY_UNSET;
  event.priority =
      event.has_priority ? static_cast<Priority>(priority - SENECA_PRIORITY_CRITICAL) : Priority::normal;
}

// For every event and plugin: written out, so that it is one pass over both.
void to_abi(const Event& event, seneca_event& out) {
  const EventFields& fields = event.fields();
  out.size = sizeof out;
  out.priority = abi_priority(fields);
  out.offset = event.offset();
  out.time_us = fields.time_us;
  out.id = to_str(fields.id);
  out.source = to_str(fields.source);
  out.type = to_str(fields.type);
  out.subject = to_str(fields.subject);
  out.data = to_str(fields.data);
  out.severity = to_str(fields.severity);
  out.correlation_id = to_str(fields.correlation_id);
  out.traceparent = to_str(fields.traceparent);
  out.origin = to_str(fields.origin);
  out.room = to_str(fields.room);
  out.extensions = to_str(fields.extensions);
}

int32_t check_text(int32_t field, seneca_str text, const FieldLimits& limits) {
  if (text.ptr == nullptr && text.len != 0) return SENECA_E_INVALID;
  const size_t longest = field == SENECA_FIELD_DATA ? limits.data_bytes : limits.text_bytes;
  return text.len <= longest && is_valid(field, to_view(text)) ? SENECA_OK : SENECA_E_INVALID;
}

int32_t check_time(int64_t time_us) {
  return time_us >= kYear0Us && time_us < kYear10kUs ? SENECA_OK : SENECA_E_INVALID;
}

int32_t check_priority(int32_t priority) {
  return priority >= SENECA_PRIORITY_UNSET && priority <= SENECA_PRIORITY_LOW ? SENECA_OK : SENECA_E_INVALID;
}

int32_t from_abi(const seneca_event& event, const FieldLimits& limits, EventFields& out) {
  seneca_event known{};
  std::memcpy(&known, &event, std::min<size_t>(event.size, sizeof known));
  if (check_time(known.time_us) != SENECA_OK || check_priority(known.priority) != SENECA_OK)
    return SENECA_E_INVALID;
  for (int32_t field = SENECA_FIELD_ID; field <= SENECA_FIELD_EXTENSIONS; ++field) {
    const TextField& text = *text_field(field);
    const seneca_str value = known.*text.abi;
    const bool to_be_made_up = field == SENECA_FIELD_ID && value.len == 0;
    if (!to_be_made_up && check_text(field, value, limits) != SENECA_OK) return SENECA_E_INVALID;
    out.*text.ours = to_view(value);
  }
  out.time_us = known.time_us;
  set_abi_priority(known.priority, out);
  return SENECA_OK;
}

}  // namespace relay
