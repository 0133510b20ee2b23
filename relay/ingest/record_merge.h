#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "event/event.h"
#include "ingest/record_kind.h"
#include "log/log.h"

namespace relay {

/// Where one goes on behind a record, in terms of the input that it came from.
struct RecordMark {
  uint64_t at = 0;     ///< the byte behind its line; the row
  uint64_t count = 0;  ///< restarts of the file when it was read; keys read up to it
};

/// Something that yields records in its own order: a log file, the events table.
class RecordInput {
 public:
  virtual ~RecordInput() = default;
  /// The next complete record; null when there is none now.
  [[nodiscard]] virtual EventRef next() = 0;
  /// Of the record that next() returned last.
  [[nodiscard]] virtual RecordMark mark() const = 0;
  /// What a later run needs to go on at `mark`, one of this input's; nothing when it holds no longer.
  [[nodiscard]] virtual std::optional<SourcePosition> position(const RecordMark& mark) const = 0;
  [[nodiscard]] virtual RecordKind kind() const = 0;

  /// In a merge at present: must not be destroyed.
  [[nodiscard]] bool merging() const { return merging_; }

 private:
  friend class RecordMerge;
  bool merging_ = false;
};

/// Merges inputs, each in order of time, into one order of time. Equal times go by rank of kind, then by age
/// in the merge. Holds one record per input, so a backlog of any size is merged in bounded memory. [source
/// thread]
class RecordMerge {
 public:
  /// `input` has news. Nothing happens when it takes part already.
  void add(RecordInput& input);

  /// Moves the next records into `out`, which must be empty: at most `max_events`, and about `max_bytes` of
  /// them. Nothing when all inputs are exhausted. Appends to `positions`, for each input that they came from,
  /// where it stands behind the last of them: not behind the record that is read ahead.
  void fill(std::vector<EventRef>& out, std::vector<SourcePosition>& positions, size_t max_events,
            size_t max_bytes);

  [[nodiscard]] bool empty() const { return heads_.empty(); }

 private:
  struct Head {
    int64_t time_us;
    RecordKind kind;
    uint64_t age;
    RecordInput* input;
    RecordMark mark;
    EventRef event;
  };
  static bool later(const Head& a, const Head& b);
  void push(RecordInput& input, uint64_t age, EventRef event);

  std::vector<Head> heads_;  // a heap, earliest on top
  uint64_t next_age_ = 0;
};

}  // namespace relay
