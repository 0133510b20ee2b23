#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "event/filter.h"
#include "event/pattern.h"

namespace relay {

/// Where a listener looks into the pipeline, and at what.
struct TapPlace {
  static constexpr std::string_view kIn = "in";    ///< before the first stage
  static constexpr std::string_view kOut = "out";  ///< what leaves the pipeline, with its offset
  std::string stage;                               ///< one of these, or a plugin: what goes on behind it
  bool diff = false;  ///< what the plugin made of each event, instead of the events behind it
  PatternSet match;
  Filter filter;

  [[nodiscard]] bool takes(const Event& event) const {
    return match.matches(event.type()) && filter.matches(event);
  }
};

/// The way from the pipeline to one listener: texts, encoded on the pipeline thread, as what an event is
/// there may change before another thread reads it.
///
/// Shared by both. Bounded by kMaxRecords and kMaxBytes (one record of any size fits when nothing waits); at
/// the bound newcomers are left out and counted where they are missing. The mutex is a leaf.
class Tap {
 public:
  static constexpr size_t kMaxRecords = 4096;
  static constexpr size_t kMaxBytes = 4 << 20;

  struct Record {
    uint64_t left_out = 0;  ///< records missing before this one
    std::string text;       ///< JSON
  };
  struct Taken {
    std::vector<Record> records;
    uint64_t left_out = 0;   ///< missing behind them
    uint64_t untouched = 0;  ///< diff: events that the plugin has let pass as they are, so far
    std::string ended;       ///< why nothing more comes; "" while it may
  };

  explicit Tap(TapPlace place) : place_(std::move(place)) {}
  [[nodiscard]] const TapPlace& place() const { return place_; }

  // [pipeline]
  void put(std::string text);
  void count_untouched() { untouched_.fetch_add(1, std::memory_order_relaxed); }
  void end(std::string why);
  /// The listener is gone.
  [[nodiscard]] bool left() const { return left_.load(std::memory_order_relaxed); }

  // [reader]
  /// Up to about `max_bytes` of what waits, at least one record of it.
  [[nodiscard]] Taken take(size_t max_bytes);
  void leave() { left_.store(true, std::memory_order_relaxed); }

 private:
  const TapPlace place_;
  std::atomic<bool> left_{false};
  std::atomic<uint64_t> untouched_{0};
  std::mutex mutex_;
  std::deque<Record> records_;
  size_t bytes_ = 0;
  uint64_t left_out_ = 0;
  std::string ended_;
};

}  // namespace relay
