#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl serve`: runs the relay in the foreground until SIGTERM or SIGINT.
void add_serve_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
