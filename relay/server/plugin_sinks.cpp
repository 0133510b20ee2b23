#include "server/plugin_sinks.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace relay {
namespace {

constexpr std::chrono::milliseconds kReloadPatience{2000};

}  // namespace

bool PluginSinks::runs(const PluginConfig& config) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&config](const Entry& entry) { return entry.runner && entry.config == config; });
}

std::unique_ptr<SinkRunner> PluginSinks::take(const PluginConfig& config) {
  for (Entry& entry : entries_)
    if (entry.runner && entry.config == config) return std::move(entry.runner);
  return nullptr;
}

Result<std::vector<PluginSinks::Entry>> PluginSinks::prepare(
    const Config& config, PluginFiles& files, const PluginInstance::Surroundings& surroundings) {
  std::vector<Entry> next;
  for (const PluginConfig& wanted : config.plugins) {
    auto opened = open_plugin(wanted, files);
    if (!opened) return tl::unexpected(opened.error());
    const seneca_sink* const role = opened->library->roles().sink;
    const bool dead_letters = wanted.receives == PluginConfig::Receives::dead_letters;
    if (role == nullptr && dead_letters)
      return fail("plugin_no_sink", "plugins/" + opened->name + "/receives",
                  "is dead_letters, and the plugin takes no events out; only one with the role " SENECA_SINK
                  " can, such as file or webhook");
    if (role == nullptr) continue;
    next.push_back({wanted, nullptr});
    if (runs(wanted)) continue;
    auto match = patterns_of(wanted, SENECA_HAS(role, match) ? role->match : "", opened->name);
    if (!match) return tl::unexpected(match.error());
    auto plugin =
        PluginInstance::create(opened->library, std::move(opened->name), wanted.config, surroundings);
    if (!plugin) return tl::unexpected(plugin.error());
    next.back().runner =
        std::make_unique<SinkRunner>(SinkPlugin(std::move(*plugin)), std::move(*match), log_of(wanted),
                                     dead_letters ? "dead_letters" : "events", signal_, logger_);
  }
  return next;
}

void PluginSinks::exchange(std::vector<Entry> next) {
  std::vector<std::pair<SinkRunner*, const Log*>> fresh;
  std::vector<Entry> old;
  {
    const std::lock_guard lock(mutex_);
    for (Entry& entry : next) {
      if (entry.runner)
        fresh.emplace_back(entry.runner.get(), &log_of(entry.config));
      else
        entry.runner = take(entry.config);
    }
    std::erase_if(next, [](const Entry& entry) { return entry.runner == nullptr; });
    old = std::exchange(entries_, std::move(next));
  }
  std::map<std::pair<std::string, const Log*>, uint64_t> stood;
  for (const Entry& entry : old)
    if (entry.runner)
      stood[{entry.runner->name(), &log_of(entry.config)}] = entry.runner->stop(kReloadPatience);
  for (const auto& [runner, log] : fresh) {
    const auto before = stood.find({runner->name(), log});
    runner->start(before == stood.end() ? log->bounds().newest + 1 : before->second);
  }
}

void PluginSinks::stop(std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (const Entry& entry : entries_) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    (void)entry.runner->stop(std::max(left, std::chrono::milliseconds(0)));
  }
}

std::vector<SinkRunner::Status> PluginSinks::report() const {
  const std::lock_guard lock(mutex_);
  std::vector<SinkRunner::Status> statuses;
  for (const Entry& entry : entries_) statuses.push_back(entry.runner->status());
  return statuses;
}

}  // namespace relay
