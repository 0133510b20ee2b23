#pragma once

#include <cstdint>
#include <deque>
#include <mutex>

namespace relay {

/// Leads from a time to the offset near which that was, in bounded memory: an entry a second at most.
/// [any-thread]
class TimeIndex {
 public:
  /// Blocks come in the order of their offsets.
  void add(uint64_t first, int64_t newest_us);
  /// Nothing before `oldest` is kept any more.
  void trim(uint64_t oldest);
  /// An offset before which nothing happened at or after `time_us`; 0 when all that is known happened before.
  [[nodiscard]] uint64_t find(int64_t time_us) const;

 private:
  struct Entry {
    uint64_t first;
    int64_t newest_us;  // of everything up to the next entry
  };
  void thin_out();

  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
};

}  // namespace relay
