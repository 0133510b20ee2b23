#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace relay {

/// Events of a file, each once.
using EventLines = std::vector<std::string>;

/// The JSON of published events. Those it makes are `{"type":"bench.tick","data":{"t":…,"n":…,"pad":"…"}}`:
/// when it should have been sent and its number, each of a fixed width, so that every event has the same
/// size. Those of a file stay as they are.
class EventText {
 public:
  static constexpr size_t kMinBytes = 96;

  /// `bytes` is at least kMinBytes.
  explicit EventText(size_t bytes);
  /// Of `lines` those from `first` up to `end`.
  EventText(std::shared_ptr<const EventLines> lines, size_t first, size_t end);

  /// The JSON with this number, below count(), and time; lasts until the next call.
  [[nodiscard]] std::string_view stamped(uint64_t number, int64_t time_ns);
  [[nodiscard]] size_t size(uint64_t number) const;
  /// How many there are.
  [[nodiscard]] uint64_t count() const { return count_; }

 private:
  std::shared_ptr<const EventLines> lines_;  // null: made here
  size_t first_ = 0;
  uint64_t count_ = std::numeric_limits<uint64_t>::max();
  std::string text_;
  size_t time_at_ = 0;
  size_t number_at_ = 0;
};

struct EventStamp {
  uint64_t number = 0;
  int64_t time_ns = 0;
};

/// Finds the stamp of an EventText in whatever a server made of it, by its bytes: any envelope around it,
/// with spaces after colons and commas or not, or as JSON inside a JSON string. A subscriber has one.
class StampFinder {
 public:
  [[nodiscard]] bool find(std::string_view payload, EventStamp& stamp);

 private:
  [[nodiscard]] bool search(std::string_view payload, std::string_view key, EventStamp& stamp);

  size_t last_at_ = 0;  // where it was the last time, most often where it is now
};

}  // namespace relay
