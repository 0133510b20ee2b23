#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl journal`: what is in the journal, whether it is intact, and making it smaller.
void add_journal_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
