#pragma once

#include <string>
#include <string_view>

#include "cli/output/event_format.h"

namespace relay {

/// A step of relay/pipeline/step.h for people, in the words of `plugin test`: the verdict and the event, then
/// indented its reason or what has changed, and the events emitted after it. Several lines, the last without
/// its break. `headed` false: of the event only its type, and the reason beside it.
[[nodiscard]] std::string format_step(std::string_view step, const EventFormatOptions& options,
                                      bool headed = true);

}  // namespace relay
