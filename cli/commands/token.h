#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl token new` and `token check`: tokens and API keys for a relay that asks for them.
void add_token_command(CLI::App& app, GlobalOptions& global);

// Its verbs.
void add_token_new_command(CLI::App& parent, GlobalOptions& global);
void add_token_check_command(CLI::App& parent, GlobalOptions& global);

}  // namespace relay
