#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "log/memory_log.h"

namespace relay {

/// The CloudEvents attributes that a dead letter has besides those of its event.
namespace dead_letter {
inline constexpr std::string_view kPlugin = "deadletterplugin";  ///< which plugin failed on it
inline constexpr std::string_view kReason = "deadletterreason";  ///< and what it said
}  // namespace dead_letter

/// The events that plugins have failed on, each as the plugin saw it: what is mended can be tried with them.
///
/// They have a log of their own: in that of events they would pass by the plugins behind the one that failed,
/// such as one that takes secrets out. The pipeline keeps, any thread reads `log`.
class DeadLetters {
 public:
  static constexpr uint64_t kMaxEvents = 10'000;
  static constexpr uint64_t kMaxBytes = 16 << 20;

  /// `grown` is told, on the pipeline thread, that there is more to read.
  DeadLetters(std::string epoch, std::function<void()> grown)
      : log_(std::move(epoch), kMaxEvents, kMaxBytes), grown_(std::move(grown)) {}

  /// [pipeline] A copy of `event` is to be read once `flush` was called.
  void keep(const Event& event, std::string_view plugin, std::string_view reason);
  /// [pipeline] Once a batch: one lock, and one wake of those who follow.
  void flush();

  [[nodiscard]] const Log& log() const { return log_; }

 private:
  MemoryLog log_;
  const std::function<void()> grown_;
  std::vector<EventRef> kept_;
};

}  // namespace relay
