#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/plugin/workbench.h"

namespace relay {

/// What a plugin costs in the pipeline.
struct PluginCost {
  uint64_t events = 0;
  /// Nanoseconds an event, of all that came in: the median, and what nine of ten batches stay below. With the
  /// relay's own work of showing it the events and taking its verdicts.
  double median_ns = 0, p90_ns = 0;
  std::optional<double> allocations;  ///< an event; unknown unless they are counted
  std::optional<double> allocated_bytes;
  PluginCounters counters;  ///< warming up included
};

/// True when this process runs with the library that counts allocations.
[[nodiscard]] bool counts_allocations();
/// Starts this program again with that library, if it is there; returns when it cannot.
void restart_counting_allocations();

/// Runs batches of `batch_size` of `events`, over and over with ids and times of their own, for `seconds`.
[[nodiscard]] Result<PluginCost> measure_plugin(PluginWorkbench& bench, const std::string& config,
                                                const std::vector<std::string>& match,
                                                std::span<const EventRef> events, size_t batch_size,
                                                double seconds);

}  // namespace relay
