#pragma once

#include "event/envelope.h"
#include "support/catch.h"

namespace relay::test {

inline constexpr int64_t kNow = 1772582000000000;    // 2026-03-03T23:53:20Z
inline constexpr int64_t kStamp = 1772366400000000;  // 2026-03-01T12:00:00Z

inline EnvelopeOptions http() {
  EnvelopeOptions options;
  options.now_wall_us = kNow;
  return options;
}

inline EnvelopeOptions log_file(EnvelopeOptions::Hint hint) {
  EnvelopeOptions options = http();
  options.hint = hint;
  options.tolerant = true;
  options.default_source = "/marcus/main/file";
  options.fallback_id = "file.jsonl:120";
  return options;
}

/// The event that `json` is; fails the test when it is none.
inline EventRef event_of(std::string_view json, const EnvelopeOptions& options = http()) {
  const Result<EventRef> event = parse_event(json, options);
  INFO(json);
  INFO((event ? std::string() : event.error().to_string()));
  REQUIRE(event);
  return *event;
}

/// "code subject" of the error that `json` is; "" when it is an event.
inline std::string error_of(std::string_view json, const EnvelopeOptions& options = http()) {
  const Result<EventRef> event = parse_event(json, options);
  if (event) return "";
  CHECK_FALSE(event.error().message.empty());
  return event.error().code + " " + event.error().subject;
}

}  // namespace relay::test
