#include "cli/plugin/places.h"

#include <cstdlib>

#include "plugin/directory.h"

namespace relay {

namespace {

std::filesystem::path executable_dir() {
  std::error_code unreadable;
  return std::filesystem::read_symlink("/proc/self/exe", unreadable).parent_path();
}

}  // namespace

std::vector<std::filesystem::path> plugin_places() {
  const char* search_path = std::getenv("SENECA_PLUGIN_PATH");
  return PluginDirectory::usual_places(search_path == nullptr ? "" : search_path, executable_dir());
}

std::filesystem::path plugin_host() {
  return (executable_dir() / "../lib/seneca/seneca-plugin-host").lexically_normal();
}

}  // namespace relay
