#pragma once

#include <string>
#include <string_view>

#include "event/event.h"

namespace relay {

/// Source prefix of events whose seed source was a bare word: `tester` is `/seneca/tester` inside.
inline constexpr std::string_view kSeedSourcePrefix = "/seneca/";

/// Appends the event as structured CloudEvents 1.0 JSON, data last and byte for byte. `sequence` is the
/// offset as text, left out before the event has one; `epoch` says which log it counts in, left out when "".
void append_cloudevent_json(std::string& out, const Event& event, std::string_view epoch);

/// Appends the seed's shape: {type, timestamp, data, source, metadata: {id, sequence, severity, priority,
/// subject}}. A source that was a bare word is written as that word again.
void append_seed_json(std::string& out, const Event& event);

}  // namespace relay
