#pragma once

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// `senecactl plugin list|reload|enable|disable`: the plugins of a running relay.
void add_plugin_admin_verbs(CLI::App& plugin, GlobalOptions& global);

}  // namespace relay
