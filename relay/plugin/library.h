#pragma once

#include <seneca/ext/filter.h>
#include <seneca/ext/session.h>
#include <seneca/ext/sink.h>
#include <seneca/ext/source.h>
#include <seneca/ext/state.h>
#include <seneca/ext/timer.h>
#include <seneca/ext/view.h>
#include <seneca/plugin.h>

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "plugin/trusted_file.h"

namespace relay {

/// The roles a plugin has; null for those it lacks.
struct PluginRoles {
  const seneca_filter* filter = nullptr;
  const seneca_view* view = nullptr;
  const seneca_timer* timer = nullptr;
  const seneca_state* state = nullptr;
  const seneca_session* session = nullptr;
  const seneca_source* source = nullptr;
  const seneca_sink* sink = nullptr;

  /// Whether it has work in the pipeline.
  [[nodiscard]] bool in_pipeline() const { return filter || view || timer; }
};

/// A plugin's code in this process, opened safely and checked: what it returns from here on is well-formed.
///
/// Immutable and safe from any thread. The code is never unloaded, also not when the last reference goes:
/// threads and static objects of the plugin may live on. New code therefore needs a new file, not the old one
/// overwritten.
class PluginLibrary {
 public:
  /// [control] Refuses, each with a code of its own: what is no regular file, belongs to others or may be
  /// written by others; what is no shared object, exports no plugin, or exports one this relay cannot use.
  [[nodiscard]] static Result<std::shared_ptr<PluginLibrary>> open(const std::filesystem::path& path);
  /// [control] The same, of a file that is open already; `path` is what it is called.
  [[nodiscard]] static Result<std::shared_ptr<PluginLibrary>> open(const std::filesystem::path& path,
                                                                   const TrustedFile& file);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const PluginFileId& file() const { return file_; }
  [[nodiscard]] const seneca_plugin& table() const { return *table_; }
  [[nodiscard]] const PluginRoles& roles() const { return roles_; }
  [[nodiscard]] std::string_view id() const { return table_->id; }
  [[nodiscard]] std::string_view version() const { return table_->version; }
  /// "" when the plugin has none.
  [[nodiscard]] std::string_view summary() const { return table_->summary ? table_->summary : ""; }
  [[nodiscard]] std::string_view config_schema() const {
    return table_->config_schema ? table_->config_schema : "";
  }

 private:
  PluginLibrary(std::filesystem::path path, const PluginFileId& file, const seneca_plugin* table,
                const PluginRoles& roles)
      : path_(std::move(path)), file_(file), table_(table), roles_(roles) {}

  std::filesystem::path path_;
  PluginFileId file_;
  const seneca_plugin* table_;
  PluginRoles roles_;
};

}  // namespace relay
