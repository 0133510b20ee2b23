#include "cli/plugin/places.h"

#include <cstdlib>

#include "plugin/directory.h"

namespace relay {

std::vector<std::filesystem::path> plugin_places() {
  const char* search_path = std::getenv("SENECA_PLUGIN_PATH");
  std::error_code unreadable;
  const std::filesystem::path executable = std::filesystem::read_symlink("/proc/self/exe", unreadable);
  return PluginDirectory::usual_places(search_path == nullptr ? "" : search_path, executable.parent_path());
}

}  // namespace relay
