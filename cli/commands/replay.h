#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl replay`: past events once more, at the pace they came or another.
void add_replay_command(CLI::App& app, GlobalOptions& global);

}  // namespace relay
