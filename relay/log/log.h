#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "event/event.h"

namespace relay {

/// Where events get their offset and can be read again.
///
/// The pipeline thread appends; any thread reads. Offsets start at 1 and have no holes. The epoch names one
/// life of the log: an offset means something only together with its epoch.
class Log {
 public:
  virtual ~Log() = default;

  [[nodiscard]] virtual const std::string& epoch() const = 0;

  /// [pipeline] Gives `events` consecutive offsets and keeps them.
  virtual void append(std::vector<EventRef> events) = 0;

  /// [any-thread] Up to `limit` events from `from` (at least) to `to` (at most), in order, into `out`
  /// (cleared).
  virtual void read(uint64_t from, uint64_t to, size_t limit, std::vector<EventRef>& out) const = 0;

  /// [any-thread] The oldest offset still held and the newest; `newest` is 0 and `oldest` 1 when empty.
  struct Bounds {
    uint64_t oldest = 1;
    uint64_t newest = 0;
    uint64_t bytes = 0;
  };
  [[nodiscard]] virtual Bounds bounds() const = 0;

  /// [any-thread] The first offset whose event happened at or after `time_us`; newest + 1 when there is none.
  [[nodiscard]] virtual uint64_t offset_at(int64_t time_us) const = 0;
};

}  // namespace relay
