#pragma once

#include <memory>

#include "base/result.h"
#include "config/config.h"
#include "pipeline/pipeline.h"
#include "plugin/directory.h"

namespace relay {

/// Opens the configured plugins, makes an instance of each and compiles the routes. [control]
[[nodiscard]] Result<PipelinePlan> make_plan(const Config& config, const PluginDirectory& directory,
                                             const PluginInstance::Surroundings& surroundings);

}  // namespace relay
