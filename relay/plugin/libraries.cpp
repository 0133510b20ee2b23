#include "plugin/libraries.h"

#include <algorithm>
#include <string>

namespace relay {

Result<std::shared_ptr<PluginLibrary>> PluginLibraries::open(std::string_view wanted) {
  const auto path = directory_.find(wanted);
  if (!path) return tl::unexpected(path.error());
  const Result<TrustedFile> file = TrustedFile::open(*path);
  if (!file) return tl::unexpected(file.error());
  const PluginFileId identity = file->identity();
  // A loaded file keeps its inode, so one that is known is loaded, and its code is mapped from these bytes.
  const auto known = std::find_if(loaded_.begin(), loaded_.end(),
                                  [&identity](const PluginFileId& each) { return each.same_file(identity); });
  if (known != loaded_.end() && *known != identity)
    return fail(
        "plugin_overwritten", path->string(),
        "was written over while its code is in use, which may crash the relay; write the new file beside "
        "it and `mv` it to this name");
  auto library = PluginLibrary::open(*path, *file);
  if (library && known == loaded_.end()) loaded_.push_back(identity);
  return library;
}

}  // namespace relay
