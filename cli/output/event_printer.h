#pragma once

#include <string>
#include <string_view>

#include "cli/output/event_format.h"
#include "cli/output/stream.h"

namespace relay {

/// Events as they go to stdout: a line each, or for `json` the elements of one array.
class EventPrinter {
 public:
  explicit EventPrinter(EventFormatOptions options) : options_(std::move(options)) {}

  WriteOutcome event(std::string_view cloudevent);
  /// Prints a line that has already been formatted (a JSON value when the format is json).
  WriteOutcome line(std::string_view text);
  /// Closes the array. Call once, at the end.
  WriteOutcome finish();

  [[nodiscard]] const EventFormatOptions& options() const { return options_; }

 private:
  EventFormatOptions options_;
  bool any_ = false;
};

}  // namespace relay
