#pragma once

#include <seneca/ext/codec.h>
#include <seneca/ext/filter.h>
#include <seneca/ext/session.h>
#include <seneca/ext/sink.h>
#include <seneca/ext/source.h>
#include <seneca/ext/state.h>
#include <seneca/ext/timer.h>
#include <seneca/ext/view.h>
#include <seneca/plugin.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/metrics.h"
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
  const seneca_codec* codec = nullptr;

  /// Whether it has work in the pipeline.
  [[nodiscard]] bool in_pipeline() const { return filter || view || timer; }
  /// Whether it has work on the shards.
  [[nodiscard]] bool serves_clients() const { return session || codec; }
};

/// How the process of an instance does, if it has one of its own.
struct ProcessReport {
  int pid = 0;             ///< 0 while there is none
  uint64_t ends = 0;       ///< how often it died, or was killed
  std::string last_end{};  ///< how it ended last: "its process was killed by SIGSEGV"
};

/// A plugin's code, opened safely and checked: what it returns from here on is well-formed. It is in this
/// process, but for libraries that derive from this one.
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

  virtual ~PluginLibrary() = default;
  PluginLibrary(const PluginLibrary&) = delete;
  PluginLibrary& operator=(const PluginLibrary&) = delete;

  /// [owner] As in seneca_plugin. `host->impl` is the PluginInstance.
  [[nodiscard]] virtual int32_t create(const seneca_host* host, seneca_str config, void** self,
                                       seneca_error* error) const;
  virtual void destroy(void* self) const;
  /// [owner] Of instance `self`; null when it has no process of its own.
  [[nodiscard]] virtual const ProcessReport* process(const void* self) const;
  /// [owner] The metrics of instance `self`, if they are in a process of its own; else nothing.
  [[nodiscard]] virtual std::optional<std::vector<MetricValue>> metrics(void* self) const;

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

 protected:
  PluginLibrary(std::filesystem::path path, const PluginFileId& file) : path_(std::move(path)), file_(file) {}
  /// Once, before it is shared; both live as long as this.
  void describe(const seneca_plugin* table, const PluginRoles& roles) {
    table_ = table;
    roles_ = roles;
  }
  /// Whether this relay can use what the table says.
  [[nodiscard]] static Status check_table(const seneca_plugin& table, const std::string& path);

 private:
  std::filesystem::path path_;
  PluginFileId file_;
  const seneca_plugin* table_ = nullptr;
  PluginRoles roles_;
};

}  // namespace relay
