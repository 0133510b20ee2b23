#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl plugin`: making, testing and operating plugins.
void add_plugin_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
