#include "server/plugin_files.h"

#include "isolation/isolated_library.h"

namespace relay {

Result<std::shared_ptr<PluginLibrary>> PluginFiles::open(const PluginConfig& config) {
  return config.isolation == PluginConfig::Isolation::process ? open_isolated(config)
                                                              : libraries_.open(config.path);
}

Result<std::shared_ptr<PluginLibrary>> PluginFiles::open_isolated(const PluginConfig& config) {
  const auto path = directory_.find(config.path);
  if (!path) return tl::unexpected(path.error());
  Result<TrustedFile> file = TrustedFile::open(*path);
  if (!file) return tl::unexpected(file.error());
  const IsolatedLibrary::Settings settings{host_, int64_t{config.process.deadline_ms} * 1000,
                                           static_cast<size_t>(config.process.memory_limit)};
  std::erase_if(isolated_, [](const auto& each) { return each.expired(); });
  for (const auto& each : isolated_) {
    auto known = std::static_pointer_cast<IsolatedLibrary>(each.lock());
    if (known && known->file() == file->identity() && known->settings() == settings) return known;
  }
  auto library = IsolatedLibrary::open(*path, std::move(*file), settings, surroundings_);
  if (library) isolated_.push_back(*library);
  return library;
}

}  // namespace relay
