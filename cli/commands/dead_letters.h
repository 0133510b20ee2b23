#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl dead-letters`: the events that plugins have failed on, as they saw them.
void add_dead_letters_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
