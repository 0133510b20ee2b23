#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "event/event.h"
#include "plugin/event_batch.h"

namespace relay {

/// What a plugin made of one event, as taps and walks tell it: one JSON object without a line break of its
/// own.
///
///   {"plugin":"redact","verdict":"pass","event":{…},"changes":[{"field":"data.key","old":…,"new":…}],
///    "emitted":[{…},…]}
///
/// `event` is the event as it came, a CloudEvent; `verdict` is pass, drop, reject or fail, all but the first
/// with a `reason`. [owner] of the batch, which has been closed.
void append_step_json(std::string& out, std::string_view plugin, const Event& event, uint32_t i,
                      const EventBatch& batch);

/// The same for a plugin that was not asked about an event: `verdict` is "unasked".
void append_unasked_json(std::string& out, std::string_view plugin, const Event& event,
                         std::string_view reason);

/// The same for what a timer has emitted: `verdict` is "tick", and there is no `event`.
void append_tick_json(std::string& out, std::string_view plugin, std::span<const EventRef> emitted);

[[nodiscard]] std::string_view to_string(Verdict verdict);

}  // namespace relay
