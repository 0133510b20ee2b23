#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "plugin/directory.h"
#include "plugin/library.h"

namespace relay {

/// The plugin files whose code this process has loaded, ever: code is never unloaded. [control]
class PluginLibraries {
 public:
  explicit PluginLibraries(PluginDirectory directory) : directory_(std::move(directory)) {}

  /// The library that `wanted`, a path or a name, stands for now: a file put in the place of another one is a
  /// new library. One whose bytes were written over since they were loaded is refused, code
  /// plugin_overwritten; the other errors are those of PluginDirectory::find and PluginLibrary::open.
  [[nodiscard]] Result<std::shared_ptr<PluginLibrary>> open(std::string_view wanted);

 private:
  const PluginDirectory directory_;
  std::vector<PluginFileId> loaded_;
};

}  // namespace relay
