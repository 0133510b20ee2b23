#include "plugin/metrics.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <utility>

struct seneca_metric {
  const std::string name;
  const int32_t kind;
  std::atomic<int64_t> value{0};
  std::array<std::atomic<uint64_t>, 65> buckets{};
  std::atomic<uint64_t> sum{0}, max{0};
};

namespace relay {
namespace {

constexpr size_t kMaxName = 64;
constexpr auto kRelaxed = std::memory_order_relaxed;

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !text.empty() && text.size() <= kMaxName && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

uint64_t MetricValue::percentile(double percent) const {
  const auto wanted = static_cast<uint64_t>(static_cast<double>(count) * percent / 100.0);
  uint64_t seen = 0;
  for (size_t bits = 0; bits < buckets.size() && count != 0; ++bits) {
    seen += buckets[bits];
    if (seen > wanted || seen == count) return std::min(bits == 0 ? 0 : UINT64_MAX >> (64 - bits), max);
  }
  return 0;
}

void MetricValue::merge(const MetricValue& other) {
  value += other.value;
  for (size_t i = 0; i < buckets.size(); ++i) buckets[i] += other.buckets[i];
  count += other.count;
  sum += other.sum;
  max = std::max(max, other.max);
}

void merge_metrics(std::vector<MetricValue>& into, const std::vector<MetricValue>& from) {
  for (const MetricValue& metric : from) {
    const auto known = std::find_if(into.begin(), into.end(),
                                    [&](const MetricValue& each) { return each.name == metric.name; });
    if (known == into.end())
      into.push_back(metric);
    else
      known->merge(metric);
  }
}

PluginMetrics::PluginMetrics() = default;
PluginMetrics::~PluginMetrics() = default;

int32_t PluginMetrics::add(int32_t kind, std::string_view name, seneca_metric*& metric) {
  const bool there =
      std::any_of(all_.begin(), all_.end(), [name](const auto& each) { return each->name == name; });
  if (!open_ || there || !is_name(name) || kind < SENECA_COUNTER || kind > SENECA_HISTOGRAM)
    return SENECA_E_INVALID;
  if (all_.size() >= SENECA_MAX_METRICS) return SENECA_E_LIMIT;
  all_.push_back(std::unique_ptr<seneca_metric>(new seneca_metric{std::string(name), kind}));
  metric = all_.back().get();
  return SENECA_OK;
}

std::vector<MetricValue> PluginMetrics::read() const {
  std::vector<MetricValue> values;
  for (const auto& metric : all_) {
    MetricValue& read = values.emplace_back();
    read.name = metric->name;
    read.kind = metric->kind;
    read.value = metric->value.load(kRelaxed);
    for (size_t i = 0; i < read.buckets.size(); ++i)
      read.count += read.buckets[i] = metric->buckets[i].load(kRelaxed);
    read.sum = metric->sum.load(kRelaxed);
    read.max = metric->max.load(kRelaxed);
  }
  return values;
}

void PluginMetrics::count(seneca_metric* metric, uint64_t times) noexcept {
  if (metric != nullptr && metric->kind == SENECA_COUNTER)
    metric->value.fetch_add(static_cast<int64_t>(times), kRelaxed);
}

void PluginMetrics::set(seneca_metric* metric, int64_t value) noexcept {
  if (metric != nullptr && metric->kind == SENECA_GAUGE) metric->value.store(value, kRelaxed);
}

void PluginMetrics::record(seneca_metric* metric, uint64_t value) noexcept {
  if (metric == nullptr || metric->kind != SENECA_HISTOGRAM) return;
  metric->buckets[static_cast<size_t>(std::bit_width(value))].fetch_add(1, kRelaxed);
  metric->sum.fetch_add(value, kRelaxed);
  uint64_t max = metric->max.load(kRelaxed);
  while (value > max && !metric->max.compare_exchange_weak(max, value, kRelaxed)) {
  }
}

}  // namespace relay
