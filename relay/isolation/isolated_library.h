#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "isolation/plugin_facts.h"
#include "isolation/plugin_process.h"
#include "plugin/library.h"

namespace relay {

/// A plugin whose code this process never loads: every instance has a process of its own, and its functions
/// ask that. Filters, views, timers and state only.
class IsolatedLibrary final : public PluginLibrary {
 public:
  struct Settings {
    std::filesystem::path host;    ///< the program seneca-plugin-host
    int64_t deadline_us = 50'000;  ///< for one call
    size_t memory_bytes = size_t{512} << 20;

    bool operator==(const Settings&) const = default;
  };

  /// [control] Refuses what PluginLibrary::open refuses; a process finds out. Codes of its own:
  /// plugin_process_failed, plugin_not_isolatable.
  [[nodiscard]] static Result<std::shared_ptr<PluginLibrary>> open(
      const std::filesystem::path& path, TrustedFile file, const Settings& settings,
      const PluginInstance::Surroundings& surroundings);

  [[nodiscard]] int32_t create(const seneca_host* host, seneca_str config, void** self,
                               seneca_error* error) const override;
  void destroy(void* self) const override;
  [[nodiscard]] const ProcessReport* process(const void* self) const override;
  [[nodiscard]] std::optional<std::vector<MetricValue>> metrics(void* self) const override;

  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] const PluginFacts& facts() const { return facts_; }
  [[nodiscard]] const TrustedFile& trusted_file() const { return trusted_; }

 private:
  IsolatedLibrary(const std::filesystem::path& path, TrustedFile file, PluginFacts facts,
                  const Settings& settings);

  const Settings settings_;
  const TrustedFile trusted_;
  const PluginFacts facts_;
  // What this says is what the facts say.
  seneca_plugin own_table_{};
  seneca_filter filter_{};
  seneca_view view_{};
  seneca_timer timer_{};
};

}  // namespace relay
