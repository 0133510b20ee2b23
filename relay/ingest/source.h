#pragma once

#include <cstdint>
#include <string>

namespace relay {

/// What an operator gets to see of a source.
struct SourceStatus {
  std::string name;         ///< "marcus:main", unique among the configured sources
  std::string type;         ///< "marcus", "stdin" or "demo"
  std::string state;        ///< "following", "waiting for DIRECTORY", "polling: WHY", "ended", "stopped", …
  uint64_t files = 0;       ///< files that are being followed (empty ones are not)
  uint64_t open_files = 0;  ///< of those, how many hold a descriptor now
  uint64_t records = 0;     ///< events handed to the intake
  uint64_t bytes = 0;       ///< bytes of the lines they came from
  uint64_t skipped_lines = 0;         ///< unreadable, or longer than max_line
  uint64_t repaired = 0;              ///< lines whose NaN or Infinity became null
  uint64_t restarts = 0;              ///< files that were truncated and are read again from the start
  bool waiting_backpressure = false;  ///< the intake is full; nothing is read meanwhile
  uint64_t lag_bytes = 0;             ///< known to be there, not read yet
  std::string last_error;             ///< the latest trouble, "" when there was none
};

/// Something that brings events into the relay on its own, rather than being sent them.
///
/// Each source runs on a thread of its own, so its I/O never blocks the pipeline or a shard. The server owns
/// sources, starts them once everything behind the intake runs, and stops them before closing the intake.
class Source {
 public:
  virtual ~Source() = default;

  /// [any-thread] Same as status().name.
  [[nodiscard]] virtual std::string name() const = 0;
  /// [control] Once. What comes after it returned is live.
  virtual void start() = 0;
  /// [control] Returns when the thread has ended, within a fraction of a second. Safe to call again.
  virtual void stop() = 0;
  /// [any-thread]
  [[nodiscard]] virtual SourceStatus status() const = 0;
};

}  // namespace relay
