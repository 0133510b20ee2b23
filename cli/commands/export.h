#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl export`: what is in a journal, as lines of JSON.
void add_export_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
