#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl config`: checks, explains and shows configurations.
void add_config_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
