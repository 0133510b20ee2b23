#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl import`: lines of JSON into a journal.
void add_import_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
