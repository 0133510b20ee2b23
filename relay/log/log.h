#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/event.h"

namespace relay {

/// Where a source stands: what a later run needs to go on behind the events it has brought.
struct SourcePosition {
  std::string key;    ///< unique among those of all sources: "marcus:main/2049:131"
  std::string value;  ///< "": forget it
};

/// A publication under a key of its publisher's, so that it is not published twice.
struct KeyedOutcome {
  std::string key;
  std::string outcome;  ///< what it was answered with, as the pipeline writes it
};

/// Told once whether everything appended before it is kept. Called on the pipeline's thread or on that of the
/// log: it must only hand the news on. Destroyed without a call when the relay ends first.
class CommitNotice {
 public:
  virtual ~CommitNotice() = default;
  virtual void committed(const Status& kept) = 0;
};

/// What goes with the events appended since the last one: kept together with them or not at all.
struct Settlement {
  std::vector<SourcePosition> positions;
  std::vector<KeyedOutcome> keys;
  std::unique_ptr<CommitNotice> notice;  ///< null when nobody waits
};

/// Reads a log where that may take its time: never on a shard or on the pipeline's thread.
class LogReader {
 public:
  /// Offsets that were to be read and cannot be.
  struct Hole {
    uint64_t from = 0, to = 0;
    bool damaged = false;  ///< else they are no longer kept
  };
  virtual ~LogReader() = default;
  /// Up to about `limit` events from `from` (at least) to `to` (at most), in order, into `out` (cleared).
  /// Returns the first offset that it has not looked at: `from` when there is nothing more. What cannot be
  /// read is skipped, and added to `holes`.
  virtual uint64_t read(uint64_t from, uint64_t to, size_t limit, std::vector<EventRef>& out,
                        std::vector<Hole>& holes) = 0;
  /// The first offset from `from` on near which something is about `subject`, or may be.
  [[nodiscard]] virtual uint64_t next_about(std::string_view /*subject*/, uint64_t from) { return from; }
};

/// Where events get their offset and can be read again.
///
/// The pipeline thread appends; any thread reads. Offsets start at 1 and have no holes. The epoch names one
/// life of the log: an offset means something only together with its epoch.
class Log {
 public:
  virtual ~Log() = default;

  [[nodiscard]] virtual const std::string& epoch() const = 0;
  /// [any-thread] Whether `offset` of `epoch` is a position of this log's past, which a client can go on
  /// from: of this epoch, or of an older one up to where the next began.
  [[nodiscard]] virtual bool knows(std::string_view epoch, uint64_t /*offset*/) const {
    return epoch == this->epoch();
  }

  /// [pipeline] Gives `events` consecutive offsets and keeps them.
  virtual void append(std::vector<EventRef> events) = 0;
  /// [pipeline] Ends what belongs together. The notice comes once it is kept, at once where nothing lasts.
  virtual void settle(Settlement settlement) {
    if (settlement.notice != nullptr) settlement.notice->committed({});
  }

  /// [any-thread] Up to `limit` events from `from` (at least) to `to` (at most), in order, into `out`
  /// (cleared): of those in memory.
  virtual void read(uint64_t from, uint64_t to, size_t limit, std::vector<EventRef>& out) const = 0;

  /// [any-thread] The oldest offset still held and the newest; `newest` is 0 and `oldest` 1 when empty.
  struct Bounds {
    uint64_t oldest = 1;
    uint64_t newest = 0;
    uint64_t bytes = 0;      ///< in memory
    uint64_t in_memory = 1;  ///< the oldest that `read` finds
  };
  [[nodiscard]] virtual Bounds bounds() const = 0;

  /// [any-thread] An offset near before the first whose event happened at or after `time_us`: what comes from
  /// there on and is older is not meant. newest + 1 when there is none.
  [[nodiscard]] virtual uint64_t offset_at(int64_t time_us) const = 0;

  /// [any-thread] Has `job` read all of the log, on a thread where that may take its time, or at once when
  /// everything is in memory. A job that waits when the relay stops is destroyed without a call. False: too
  /// many wait.
  [[nodiscard]] virtual bool visit(std::function<void(LogReader&)> job) const = 0;
};

}  // namespace relay
