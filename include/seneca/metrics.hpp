/// C++17 sugar over ext/metrics.h, part of plugin.hpp: numbers that a plugin shows to operators.
///
///     struct Mute {
///       explicit Mute(seneca::Host host) : muted_(host, "muted") {}
///       seneca::Verdict operator()(seneca::Event& event) { muted_.count(); return event.drop("muted"); }
///       seneca::Counter muted_;
///     };
///
/// Made in the plugin's constructor, which throws Error for a name that is not [a-z_][a-z0-9_]*, is there
/// already, or is one too many (32). In a host that has no metrics they do nothing. Updating is for any
/// thread.
#include "plugin.hpp"  // before the guard: it includes this file, behind what this file needs

#ifndef SENECA_METRICS_HPP
#define SENECA_METRICS_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include "ext/metrics.h"

namespace seneca {
namespace detail {

class Metric {
 protected:
  Metric(const Host& host, int32_t kind, std::string_view name)
      : table_(static_cast<const seneca_metrics*>(host.extension(SENECA_METRICS))) {
    if (table_ == nullptr) return;
    const int32_t code = table_->add(host.raw(), kind, to_str(name), &metric_);
    if (code == SENECA_E_LIMIT)
      throw Error(code, "metric " + std::string(name) + ": more than the host keeps");
    if (code != SENECA_OK)
      throw Error(code, "metric " + std::string(name) + ": a bad name, or one that is there");
  }

  const seneca_metrics* table_;
  seneca_metric* metric_ = nullptr;
};

}  // namespace detail

/// How often something has happened.
class Counter : detail::Metric {
 public:
  Counter(const Host& host, std::string_view name) : Metric(host, SENECA_COUNTER, name) {}
  void count(uint64_t times = 1) const noexcept {
    if (metric_ != nullptr) table_->count(metric_, times);
  }
};

/// How much there is of something now.
class Gauge : detail::Metric {
 public:
  Gauge(const Host& host, std::string_view name) : Metric(host, SENECA_GAUGE, name) {}
  void set(int64_t value) const noexcept {
    if (metric_ != nullptr) table_->set(metric_, value);
  }
};

/// How sizes or durations are distributed.
class Histogram : detail::Metric {
 public:
  Histogram(const Host& host, std::string_view name) : Metric(host, SENECA_HISTOGRAM, name) {}
  void record(uint64_t value) const noexcept {
    if (metric_ != nullptr) table_->record(metric_, value);
  }
};

}  // namespace seneca

#endif
