#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "meaning.h"

namespace marcus {

struct Rule;

/// The last `capacity` keys with what was noted for each: a ring with an index, the oldest makes room.
class RecentKeys {
 public:
  struct Note {
    int64_t time_us = 0;
    const Rule* rule = nullptr;
    Source source = Source::none;
  };

  explicit RecentKeys(size_t capacity);

  [[nodiscard]] const Note* find(uint64_t key) const;
  void put(uint64_t key, const Note& note);
  [[nodiscard]] uint64_t evicted() const { return evicted_; }

 private:
  std::vector<uint64_t> ring_;
  size_t next_ = 0;
  size_t capacity_;
  uint64_t evicted_ = 0;
  std::unordered_map<uint64_t, Note> notes_;
};

/// Tells whether a happening was told before by another of Marcus's files. Owned by the plugin instance.
///
/// Marcus writes one happening to up to six files. A rule names the canonical files; once one of them has
/// been seen the others' records are dropped, and until then the first one told is passed in its place. The
/// window is of record time, so that files read one after the other (a backlog) are matched as well as files
/// read side by side.
class Duplicates {
 public:
  explicit Duplicates(int64_t window_us, size_t capacity = 32768);

  /// Why the record is superfluous, or "" after noting it.
  [[nodiscard]] std::string check(std::string_view instance, SourceSet seen, Source source, const Rule& rule,
                                  const Meaning& meaning, int64_t time_us);

  /// The same for conversations and decisions, whose records are copies byte for byte.
  [[nodiscard]] std::string check_copy(std::string_view instance, Source source, std::string_view bytes);

  [[nodiscard]] uint64_t evicted() const { return happenings_.evicted() + copies_.evicted(); }

 private:
  const int64_t window_us_;
  RecentKeys happenings_;
  RecentKeys copies_;
};

}  // namespace marcus
