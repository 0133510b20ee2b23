#pragma once

#include <seneca/plugin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "event/event.h"

namespace relay {

/// The longest texts a plugin may put into an event.
struct FieldLimits {
  size_t data_bytes = 64000;  ///< security.content_filtering.max_message_size
  size_t text_bytes = 8192;   ///< any other attribute
};

/// One text attribute on both sides of the ABI.
struct TextField {
  std::string_view name;  ///< as plugins call it
  seneca_str seneca_event::*abi;
  std::string_view EventFields::*ours;
};

/// All of them, in the order of SENECA_FIELD_*, which begin at 1.
inline constexpr std::array kTextFields = {
    TextField{"id", &seneca_event::id, &EventFields::id},
    TextField{"source", &seneca_event::source, &EventFields::source},
    TextField{"type", &seneca_event::type, &EventFields::type},
    TextField{"subject", &seneca_event::subject, &EventFields::subject},
    TextField{"data", &seneca_event::data, &EventFields::data},
    TextField{"severity", &seneca_event::severity, &EventFields::severity},
    TextField{"correlation_id", &seneca_event::correlation_id, &EventFields::correlation_id},
    TextField{"traceparent", &seneca_event::traceparent, &EventFields::traceparent},
    TextField{"origin", &seneca_event::origin, &EventFields::origin},
    TextField{"room", &seneca_event::room, &EventFields::room},
    TextField{"extensions", &seneca_event::extensions, &EventFields::extensions},
};
static_assert(kTextFields.size() == SENECA_FIELD_EXTENSIONS);

/// The attribute SENECA_FIELD_* names, or null when `field` is none of them.
[[nodiscard]] const TextField* text_field(int32_t field);

/// `event` as a plugin sees it. All texts borrow from `event`.
void to_abi(const Event& event, seneca_event& out);

/// Whether a plugin may put `text` there: UTF-8, not too long, JSON where it must be, not empty where it must
/// not. SENECA_OK or SENECA_E_INVALID.
[[nodiscard]] int32_t check_text(int32_t field, seneca_str text, const FieldLimits& limits);
[[nodiscard]] int32_t check_time(int64_t time_us);
[[nodiscard]] int32_t check_priority(int32_t priority);

/// SENECA_PRIORITY_* of an event, and back.
[[nodiscard]] int32_t abi_priority(const EventFields& event);
void set_abi_priority(int32_t priority, EventFields& event);

/// An event a plugin made, checked; members its struct is too old for are absent. Borrows from `event`. An
/// empty id and a time of 0 are left to the caller. SENECA_OK or SENECA_E_INVALID.
[[nodiscard]] int32_t from_abi(const seneca_event& event, const FieldLimits& limits, EventFields& out);

inline std::string_view to_view(seneca_str text) {
  return text.len == 0 ? std::string_view() : std::string_view(text.ptr, text.len);
}
inline seneca_str to_str(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace relay
