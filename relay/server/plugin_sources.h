#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "plugin/instance.h"
#include "server/plugin_files.h"
#include "server/relay_report.h"

namespace relay {

/// The configured plugins that bring events in by themselves, an instance of each, beside the pipeline's. The
/// server owns it; [control] but for `report`.
///
/// The mutex guards the list and what is told of it, never a start or stop.
class PluginSources {
 public:
  struct Entry {
    PluginConfig config;
    std::unique_ptr<PluginInstance> plugin;  ///< null in what `prepare` made: the running one stays
    bool started = false;
    std::string error;  ///< why it could not be started
  };

  explicit PluginSources(Logger& logger) : logger_(logger) {}
  ~PluginSources() { stop(); }
  PluginSources(const PluginSources&) = delete;
  PluginSources& operator=(const PluginSources&) = delete;

  /// What `config` asks for: instances for all that do not run with this very configuration already. Changes
  /// nothing.
  [[nodiscard]] Result<std::vector<Entry>> prepare(const Config& config, PluginFiles& files,
                                                   const PluginInstance::Surroundings& surroundings) const;
  /// Puts in force what `prepare` made, with nothing in between: stops and destroys what is not in it, then
  /// starts what is new. One that cannot be started stays, and says why.
  void exchange(std::vector<Entry> next);
  /// Stops all; they stay to be told of.
  void stop();

  /// [any-thread]
  [[nodiscard]] std::vector<PluginSourceReport> report() const;

 private:
  void start(Entry& entry);

  Logger& logger_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace relay
