#pragma once

#include <string>
#include <string_view>

#include "cli/output/event_format.h"

namespace relay {

/// The relay's answer to a walk (relay/pipeline/walk.h) for people: a line for each plugin and event, with
/// what has changed below it, then whom it would reach as what. The last line without its break.
[[nodiscard]] std::string format_walk(std::string_view answer, const EventFormatOptions& options);

}  // namespace relay
