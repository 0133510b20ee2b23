#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl tail`: prints live events, and past ones on request.
void add_tail_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
