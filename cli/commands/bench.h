#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl bench fanout|publish|latency|connect`: measures this or any other server.
void add_bench_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
