#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl stats`: what the relay is doing, once or again and again.
void add_stats_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
