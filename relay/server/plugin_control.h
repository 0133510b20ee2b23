#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "net/admin.h"
#include "net/shard.h"
#include "pipeline/pipeline.h"
#include "server/plan.h"
#include "server/plugin_files.h"

namespace relay {

/// Carries out orders about one plugin of the running relay; the others do not notice. [control]
class PluginControl {
 public:
  struct Parts {
    Pipeline& pipeline;
    const std::vector<std::unique_ptr<Shard>>& shards;
    PluginFiles& files;
    PluginInstance::Surroundings plugins;
  };

  explicit PluginControl(const Parts& parts) : parts_(parts) {}

  /// Does what `order` says to the plugin that `config` calls so; `opened` is its code now, and afterwards.
  /// The answer, JSON. On error nothing has changed; codes of its own are plugin_not_in_pipeline,
  /// plugin_needs_restart, plugin_other_roles and reload_busy.
  [[nodiscard]] Result<std::string> carry_out(const PluginOrder& order, const PluginConfig& config,
                                              OpenedPlugin& opened);

 private:
  [[nodiscard]] Result<std::string> reload(const PluginConfig& config, OpenedPlugin& opened);
  [[nodiscard]] Status replace(const PluginConfig& config, const OpenedPlugin& fresh, const std::string& how);
  [[nodiscard]] Result<std::string> set_disabled(bool disabled, const OpenedPlugin& opened);
  [[nodiscard]] Status on_pipeline(const std::function<Status(Pipeline&)>& task);

  const Parts parts_;
};

}  // namespace relay
