#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "event/event.h"
#include "ingest/record_kind.h"

namespace relay {

/// Something that yields records in its own order: a log file, the events table.
class RecordInput {
 public:
  virtual ~RecordInput() = default;
  /// The next complete record; null when there is none now.
  [[nodiscard]] virtual EventRef next() = 0;
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
  /// them. Nothing when all inputs are exhausted.
  void fill(std::vector<EventRef>& out, size_t max_events, size_t max_bytes);

  [[nodiscard]] bool empty() const { return heads_.empty(); }

 private:
  struct Head {
    int64_t time_us;
    RecordKind kind;
    uint64_t age;
    RecordInput* input;
    EventRef event;
  };
  static bool later(const Head& a, const Head& b);
  void push(RecordInput& input, uint64_t age, EventRef event);

  std::vector<Head> heads_;  // a heap, earliest on top
  uint64_t next_age_ = 0;
};

}  // namespace relay
