#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl inject`: publishes test events.
void add_inject_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
