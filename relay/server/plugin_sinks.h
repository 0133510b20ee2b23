#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "plugin/instance.h"
#include "server/plan.h"
#include "server/sink_runner.h"

namespace relay {

/// The configured plugins that take events out, each with its thread. The server owns it; [control] but for
/// `report` and `raise`.
class PluginSinks {
 public:
  struct Entry {
    PluginConfig config;
    std::unique_ptr<SinkRunner> runner;  ///< null in what `prepare` made: the running one stays
  };

  PluginSinks(const Log& log, const Log& dead_letters, Logger& logger)
      : log_(log), dead_letters_(dead_letters), logger_(logger) {}

  /// What `config` asks for: instances for all that do not run with this very configuration already. Changes
  /// nothing. Error of its own: plugin_no_sink, for what receives dead letters and cannot.
  [[nodiscard]] Result<std::vector<Entry>> prepare(const Config& config, PluginFiles& files,
                                                   const PluginInstance::Surroundings& surroundings);
  /// Puts in force what `prepare` made. One whose configuration changed goes on where its predecessor of the
  /// same name stood in the same log; a new one begins with what comes now.
  void exchange(std::vector<Entry> next);
  /// Hands over what is in the log, for at most `patience` altogether; they stay to be told of.
  void stop(std::chrono::milliseconds patience);

  /// [any-thread] One of the logs has grown.
  void raise() { signal_.raise(); }
  /// [any-thread]
  [[nodiscard]] std::vector<SinkRunner::Status> report() const;

 private:
  [[nodiscard]] bool runs(const PluginConfig& config) const;
  [[nodiscard]] std::unique_ptr<SinkRunner> take(const PluginConfig& config);
  [[nodiscard]] const Log& log_of(const PluginConfig& config) const {
    return config.receives == PluginConfig::Receives::events ? log_ : dead_letters_;
  }

  const Log& log_;
  const Log& dead_letters_;
  Logger& logger_;
  LogSignal signal_;
  mutable std::mutex mutex_;  // guards the list
  std::vector<Entry> entries_;
};

}  // namespace relay
