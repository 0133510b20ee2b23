#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/event.h"

namespace relay {

/// The shapes in which clients may ask for events.
enum class EventShape : uint8_t { cloudevents, seed, compact };
inline constexpr size_t kEventShapes = 3;
/// Named as in `?format=`; nothing for a name that is none of them.
[[nodiscard]] std::optional<EventShape> event_shape(std::string_view name);

/// Appends the event in `shape`. `epoch` is for CloudEvents only.
void append_event_json(std::string& out, const Event& event, EventShape shape, std::string_view epoch);

/// Source prefix of events whose seed source was a bare word: `tester` is `/seneca/tester` inside.
inline constexpr std::string_view kSeedSourcePrefix = "/seneca/";

/// Appends the event as structured CloudEvents 1.0 JSON, data last and byte for byte. `sequence` is the
/// offset as text, left out before the event has one; `epoch` says which log it counts in, left out when "".
void append_cloudevent_json(std::string& out, const Event& event, std::string_view epoch);

/// Appends the seed's shape: {type, timestamp, data, source, metadata: {id, sequence, severity, priority,
/// subject}}. A source that was a bare word is written as that word again.
void append_seed_json(std::string& out, const Event& event);

/// Appends what most clients read and nothing else: {offset, type, subject, data}, without `offset` before
/// the event has one, without `subject` or `data` when it has none. For many clients, where the envelope of
/// the other shapes would be most of what is sent.
void append_compact_json(std::string& out, const Event& event);

}  // namespace relay
