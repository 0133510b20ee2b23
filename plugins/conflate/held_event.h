#pragma once

#include <cstddef>
#include <cstdint>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <string>

namespace conflate {

/// A copy of an event that outlives the call which brought it. A value.
struct HeldEvent {
  HeldEvent() = default;
  explicit HeldEvent(const seneca::Event& event);
  /// What `append_json` wrote; members that are missing or of another type are empty.
  explicit HeldEvent(const seneca::JsonView& saved);

  /// The event as it came in; borrows from this.
  [[nodiscard]] seneca::NewEvent to_new() const;
  /// One JSON object.
  void append_json(std::string& out) const;
  /// Bytes it occupies, about.
  [[nodiscard]] size_t footprint() const;

  std::string id, source, type, subject, data, severity, correlation_id, traceparent, origin, room,
      extensions;
  int64_t time_us = 0;
  seneca::Priority priority = seneca::Priority::unset;
};

}  // namespace conflate
