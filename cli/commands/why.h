#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl why CLIENT OFFSET`: what became of an event on its way to a client.
void add_why_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
