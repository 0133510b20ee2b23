#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace relay {

/// Where plugins are looked up by name.
class PluginDirectory {
 public:
  /// Earlier places win.
  explicit PluginDirectory(std::vector<std::filesystem::path> places) : places_(std::move(places)) {}

  /// The usual places: those of `search_path` (SENECA_PLUGIN_PATH, separated by colons), then the ones of the
  /// installed tree and of the build tree, seen from the directory of the executable.
  [[nodiscard]] static std::vector<std::filesystem::path> usual_places(
      std::string_view search_path, const std::filesystem::path& executable_dir);

  /// The file that `wanted` names: a path when it holds a slash or ends in ".so", else NAME.so in the first
  /// place that has one. Code plugin_not_found says where it looked and which name is near.
  [[nodiscard]] Result<std::filesystem::path> find(std::string_view wanted) const;

  /// Every plugin file that `find` would give by name, sorted by name.
  [[nodiscard]] std::vector<std::filesystem::path> files() const;

 private:
  std::vector<std::filesystem::path> places_;
};

}  // namespace relay
