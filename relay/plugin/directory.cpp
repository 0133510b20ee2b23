#include "plugin/directory.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "base/nearest.h"

namespace relay {
namespace {

constexpr std::string_view kSuffix = ".so";

std::string without_suffix(const std::filesystem::path& file) { return file.stem().string(); }

}  // namespace

std::vector<std::filesystem::path> PluginDirectory::usual_places(
    std::string_view search_path, const std::filesystem::path& executable_dir) {
  std::vector<std::filesystem::path> places;
  while (!search_path.empty()) {
    const size_t end = std::min(search_path.find(':'), search_path.size());
    if (end != 0) places.emplace_back(search_path.substr(0, end));
    search_path.remove_prefix(std::min(end + 1, search_path.size()));
  }
  // Both trees put the executable into bin/ and plugins into lib/seneca/plugins/.
  places.push_back((executable_dir / "../lib/seneca/plugins").lexically_normal());
  return places;
}

Result<std::filesystem::path> PluginDirectory::find(std::string_view wanted) const {
  if (wanted.find('/') != std::string_view::npos || wanted.ends_with(kSuffix))
    return std::filesystem::path(wanted);
  std::string looked;
  for (const std::filesystem::path& place : places_) {
    std::filesystem::path file = place / (std::string(wanted) + std::string(kSuffix));
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) return file;
    looked += (looked.empty() ? "" : ", ") + place.string();
  }
  std::vector<std::string> names;
  for (const std::filesystem::path& file : files()) names.push_back(without_suffix(file));
  const std::string_view near = nearest(wanted, std::vector<std::string_view>(names.begin(), names.end()));
  const std::string hint = near.empty() ? "give its path" : "did you mean \"" + std::string(near) + "\"?";
  return fail("plugin_not_found", std::string(wanted), "no plugin of that name in " + looked + "; " + hint);
}

std::vector<std::filesystem::path> PluginDirectory::files() const {
  std::vector<std::filesystem::path> found;
  const auto same_name = [&found](const std::filesystem::path& file) {
    return std::any_of(found.begin(), found.end(), [&file](const std::filesystem::path& other) {
      return other.filename() == file.filename();
    });
  };
  for (const std::filesystem::path& place : places_) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(place, error))
      if (entry.path().extension() == kSuffix && !same_name(entry.path())) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.filename() < b.filename(); });
  return found;
}

}  // namespace relay
