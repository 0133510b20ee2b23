#include "server/plugin_sources.h"

#include <algorithm>
#include <utility>

#include "server/plan.h"

namespace relay {

Result<std::vector<PluginSources::Entry>> PluginSources::prepare(
    const Config& config, PluginFiles& files, const PluginInstance::Surroundings& surroundings) const {
  std::vector<Entry> next;
  for (const PluginConfig& wanted : config.plugins) {
    auto opened = open_plugin(wanted, files);
    if (!opened) return tl::unexpected(opened.error());
    if (!opened->library->roles().source) continue;
    const auto is_wanted = [&wanted](const Entry& entry) { return entry.config == wanted; };
    const auto running = std::count_if(entries_.begin(), entries_.end(),
                                       [&](const Entry& entry) { return entry.started && is_wanted(entry); });
    next.push_back({wanted, nullptr, false, {}});
    if (std::count_if(next.begin(), next.end(), is_wanted) <= running) continue;
    auto plugin =
        PluginInstance::create(opened->library, std::move(opened->name), wanted.config, surroundings);
    if (!plugin) return tl::unexpected(plugin.error());
    next.back().plugin = std::move(*plugin);
  }
  return next;
}

void PluginSources::exchange(std::vector<Entry> next) {
  std::vector<Entry> old;
  {
    const std::lock_guard lock(mutex_);
    for (Entry& entry : next) {
      if (entry.plugin) continue;
      const auto running = std::find_if(entries_.begin(), entries_.end(), [&entry](const Entry& one) {
        return one.started && one.plugin && one.config == entry.config;
      });
      entry = std::move(*running);
      running->plugin = nullptr;
    }
    old = std::exchange(entries_, std::move(next));
  }
  for (const Entry& entry : old)
    if (entry.plugin && entry.started) entry.plugin->stop_source();
  old.clear();
  for (Entry& entry : entries_)
    if (!entry.started) start(entry);
}

void PluginSources::start(Entry& entry) {
  const Status status = entry.plugin->start_source();
  if (!status) logger_.error("sources", status.error().to_string());
  const std::lock_guard lock(mutex_);
  entry.started = status.has_value();
  entry.error = status ? "" : status.error().message;
}

void PluginSources::stop() {
  for (Entry& entry : entries_) {
    if (!entry.started) continue;
    entry.plugin->stop_source();
    const std::lock_guard lock(mutex_);
    entry.started = false;
  }
}

std::vector<PluginSourceReport> PluginSources::report() const {
  const std::lock_guard lock(mutex_);
  std::vector<PluginSourceReport> reports;
  for (const Entry& entry : entries_)
    reports.push_back({entry.plugin->name(), entry.started, entry.error,
                       entry.started ? entry.plugin->source_status() : "", describe(*entry.plugin)});
  return reports;
}

}  // namespace relay
