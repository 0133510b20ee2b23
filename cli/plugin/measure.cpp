#include "cli/plugin/measure.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "cli/plugin/allocations/count_allocations.h"
#include "pipeline/stage.h"
#include "server/plan.h"

namespace relay {
namespace {

constexpr size_t kMaxSamples = 1 << 20;
constexpr int64_t kBetweenEventsUs = 1000;

using CountAllocations = seneca_allocations (*)();

// Of the preloaded library, if it is.
CountAllocations counter() {
  return reinterpret_cast<CountAllocations>(::dlsym(RTLD_DEFAULT, "seneca_count_allocations"));
}

/// Nobody waits for these events.
class Unobserved final : public StageObserver {
 public:
  void ended(const StageItem&, Verdict, std::string_view, std::string_view) override {}
  void announce(PluginNews) override {}
};

/// The given events again and again, as if they were new ones.
class FreshEvents {
 public:
  FreshEvents(std::span<const EventRef> models, int64_t start_us) : models_(models), time_us_(start_us) {}

  EventRef next() {
    EventFields fields = models_[number_ % models_.size()]->fields();
    const std::string id = std::to_string(++number_);
    fields.id = id;
    fields.time_us = time_us_ += kBetweenEventsUs;
    return Event::make(fields);
  }
  [[nodiscard]] int64_t time_us() const { return time_us_; }

 private:
  std::span<const EventRef> models_;
  uint64_t number_ = 0;
  int64_t time_us_;
};

double at_share(std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(static_cast<double>(sorted.size()) * share))];
}

}  // namespace

bool counts_allocations() { return counter() != nullptr; }

void restart_counting_allocations() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto library =
      (program.parent_path() / "../lib/seneca/seneca-count-allocations.so").lexically_normal();
  if (error || std::getenv("LD_PRELOAD") != nullptr || !std::filesystem::exists(library, error)) return;
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string line(std::istreambuf_iterator<char>(file), {});
  std::vector<char*> arguments;
  for (size_t at = 0; at < line.size(); at = line.find('\0', at) + 1) arguments.push_back(line.data() + at);
  arguments.push_back(nullptr);
  ::setenv("LD_PRELOAD", library.c_str(), 1);
  ::execv(program.c_str(), arguments.data());
  ::unsetenv("LD_PRELOAD");
}

Result<PluginCost> measure_plugin(PluginWorkbench& bench, const std::string& config,
                                  const std::vector<std::string>& match, std::span<const EventRef> events,
                                  size_t batch_size, double seconds) {
  PluginConfig settings;
  settings.config = config;
  settings.match = match;
  auto stage = make_stage(settings, {bench.library(), bench.name()}, bench.surroundings());
  if (!stage) return tl::unexpected(stage.error());
  EventBatch batch(EventBatch::Limits{});
  Unobserved observer;
  FreshEvents fresh(events, bench.clock().wall_us());
  const CountAllocations allocations = counter();

  PluginCost cost;
  std::vector<double> samples;
  seneca_allocations total{};
  std::vector<StageItem> items;
  const auto begin = std::chrono::steady_clock::now();
  const auto warm = begin + std::chrono::duration<double>(seconds / 10);
  const auto end = begin + std::chrono::duration<double>(seconds);
  for (auto now = begin; now < end && samples.size() < kMaxSamples;) {
    items.clear();
    for (size_t i = 0; i < batch_size; ++i) items.push_back({fresh.next(), 0});
    bench.clock().set_wall_us(fresh.time_us());
    const seneca_allocations before = allocations != nullptr ? allocations() : seneca_allocations{};
    const auto start = std::chrono::steady_clock::now();
    stage->run(items, batch, observer, bench.clock().monotonic_us());
    now = std::chrono::steady_clock::now();
    if (now < warm) continue;
    if (allocations != nullptr) {
      const seneca_allocations after = allocations();
      total.calls += after.calls - before.calls;
      total.bytes += after.bytes - before.bytes;
    }
    samples.push_back(std::chrono::duration<double, std::nano>(now - start).count() /
                      static_cast<double>(batch_size));
    (void)bench.take_published();
  }
  std::sort(samples.begin(), samples.end());
  cost.events = samples.size() * batch_size;
  cost.median_ns = at_share(samples, 0.5);
  cost.p90_ns = at_share(samples, 0.9);
  cost.counters = stage->plugin().counters();
  if (allocations != nullptr) {
    cost.allocations = static_cast<double>(total.calls) / static_cast<double>(cost.events);
    cost.allocated_bytes = static_cast<double>(total.bytes) / static_cast<double>(cost.events);
  }
  return cost;
}

}  // namespace relay
