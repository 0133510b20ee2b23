#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/ref.h"

namespace relay {

/// Urgency, and the outbox lane an event waits in. Lower value leaves first.
enum class Priority : uint8_t { critical, high, normal, low };

[[nodiscard]] std::string_view to_string(Priority priority);
/// Accepts exactly the four names. False when `text` is none of them.
[[nodiscard]] bool parse_priority(std::string_view text, Priority& priority);

/// The attributes of an event: CloudEvents 1.0 plus our extensions. Text is UTF-8 and unescaped; "" means
/// absent. As a parameter it borrows; inside an Event the views point into the Event's own storage.
struct EventFields {
  std::string_view id;              ///< unique per source
  std::string_view source;          ///< URI reference, "/marcus/main/agent_events"
  std::string_view type;            ///< dotted topic, "agent.status.changed"
  std::string_view subject;         ///< "agent:ID", "task:ID", "project:ID" or whatever the source says
  std::string_view data;            ///< one JSON value, the bytes that came in; "" when the event has none
  std::string_view severity;        ///< severitytext
  std::string_view correlation_id;  ///< correlationid
  std::string_view traceparent;     ///< W3C trace context
  std::string_view origin;          ///< what the source called it, "agent_events/progress_update"
  std::string_view room;            ///< publish to this room instead of the routes' rooms
  std::string_view extensions;  ///< other CloudEvents attributes as JSON members, `"a":1,"b":"x"`, no braces
  int64_t time_us = 0;          ///< when it happened, µs since the Unix epoch
  Priority priority = Priority::normal;
  bool has_priority = false;  ///< the source chose the priority; routes then leave it alone
};

/// One event: immutable once published, shared by every thread that handles it, one allocation.
class Event final : public RefCounted<std::atomic<uint32_t>> {
 public:
  /// Copies `fields` into a new event. Offset is 0 until the pipeline sets it.
  [[nodiscard]] static Ref<Event> make(const EventFields& fields);

  [[nodiscard]] const EventFields& fields() const { return fields_; }
  std::string_view id() const { return fields_.id; }
  std::string_view source() const { return fields_.source; }
  std::string_view type() const { return fields_.type; }
  std::string_view subject() const { return fields_.subject; }
  std::string_view data() const { return fields_.data; }
  std::string_view room() const { return fields_.room; }
  int64_t time_us() const { return fields_.time_us; }
  Priority priority() const { return fields_.priority; }
  /// Bytes this event occupies, for the accounting of bounded queues.
  [[nodiscard]] uint32_t footprint() const { return footprint_; }

  /// Position in the log, from 1; 0 before the pipeline has given one.
  [[nodiscard]] uint64_t offset() const { return offset_; }
  /// [pipeline] Only before the event is shared with another thread.
  void set_offset(uint64_t offset) { offset_ = offset; }
  /// [pipeline] A route's priority, only before the event is shared, for events whose source chose none.
  void set_priority(Priority priority) { fields_.priority = priority; }

  /// Read from a source's past (a log file that existed before the relay): kept in the log, not sent to live
  /// clients. [ingest, pipeline] Set before sharing.
  [[nodiscard]] bool is_backfill() const { return backfill_; }
  void set_backfill(bool backfill) { backfill_ = backfill; }

  /// Sent to live clients and to those that come back soon, but not kept in the journal: a replay.
  /// [ingest, pipeline] Set before sharing.
  [[nodiscard]] bool is_transient() const { return transient_; }
  void set_transient(bool transient) { transient_ = transient; }

  /// Its source named it, so that the same name again is the same event. [ingest] Set before sharing.
  [[nodiscard]] bool is_named() const { return named_; }
  void set_named(bool named) { named_ = named; }

  static void destroy(const Event* event);

 private:
  Event() = default;
  ~Event() = default;

  EventFields fields_;
  uint64_t offset_ = 0;
  uint32_t footprint_ = 0;
  bool backfill_ = false;
  bool transient_ = false;
  bool named_ = false;
};

using EventRef = Ref<Event>;

}  // namespace relay
