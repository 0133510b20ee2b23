#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "plugin/directory.h"
#include "plugin/instance.h"
#include "plugin/libraries.h"

namespace relay {

/// The files of the configured plugins, opened: in this process, or each in one of its own. [control]
class PluginFiles {
 public:
  /// `host` is the program seneca-plugin-host.
  PluginFiles(const PluginDirectory& directory, std::filesystem::path host,
              const PluginInstance::Surroundings& surroundings)
      : directory_(directory), host_(std::move(host)), surroundings_(surroundings), libraries_(directory) {}

  /// What `config.path` stands for now. The errors are those of PluginLibraries and IsolatedLibrary.
  [[nodiscard]] Result<std::shared_ptr<PluginLibrary>> open(const PluginConfig& config);

 private:
  [[nodiscard]] Result<std::shared_ptr<PluginLibrary>> open_isolated(const PluginConfig& config);

  const PluginDirectory directory_;
  const std::filesystem::path host_;
  const PluginInstance::Surroundings surroundings_;
  PluginLibraries libraries_;
  std::vector<std::weak_ptr<PluginLibrary>> isolated_;  // in use: asking their file again costs a process
};

}  // namespace relay
