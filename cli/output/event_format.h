#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/global_options.h"

namespace relay {

struct EventFormatOptions {
  OutputFormat format = OutputFormat::text;
  bool color = false;
  size_t columns = 0;               ///< text is cut to so many; 0: never
  std::vector<std::string> fields;  ///< attributes and data paths ("data.agent.id"); empty: the default line
};

/// One CloudEvent as one line for stdout, without the line break. Never fails: what is no JSON object is
/// shown as it came. `json` and `jsonl` are the event's own bytes, on one line.
[[nodiscard]] std::string format_event(std::string_view cloudevent, const EventFormatOptions& options);

}  // namespace relay
