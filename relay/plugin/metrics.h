#pragma once

#include <seneca/ext/metrics.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace relay {

/// What a metric says at one moment.
struct MetricValue {
  std::string name;
  int32_t kind = SENECA_COUNTER;
  int64_t value = 0;  ///< of a counter or gauge
  // Of a histogram: values by their number of bits, which tells percentiles within a factor of two.
  std::array<uint64_t, 65> buckets{};
  uint64_t count = 0, sum = 0, max = 0;

  /// The smallest bucket bound that `percent` of the values do not exceed; 0 when empty.
  [[nodiscard]] uint64_t percentile(double percent) const;
  /// What another instance's says, too.
  void merge(const MetricValue& other);
};

/// `from` too, by name.
void merge_metrics(std::vector<MetricValue>& into, const std::vector<MetricValue>& from);

/// The metrics of one plugin instance: at most SENECA_MAX_METRICS. Added to until `close`, by one thread;
/// from then on read by any thread, while the plugin's threads write, without locks.
class PluginMetrics {
 public:
  PluginMetrics();
  ~PluginMetrics();
  PluginMetrics(const PluginMetrics&) = delete;
  PluginMetrics& operator=(const PluginMetrics&) = delete;

  /// SENECA_OK or a SENECA_E_*, as in ext/metrics.h.
  [[nodiscard]] int32_t add(int32_t kind, std::string_view name, seneca_metric*& metric);
  void close() { open_ = false; }
  /// [any-thread] In the order in which they were added.
  [[nodiscard]] std::vector<MetricValue> read() const;

  static void count(seneca_metric* metric, uint64_t times) noexcept;
  static void set(seneca_metric* metric, int64_t value) noexcept;
  static void record(seneca_metric* metric, uint64_t value) noexcept;

 private:
  std::vector<std::unique_ptr<seneca_metric>> all_;
  bool open_ = true;
};

}  // namespace relay
