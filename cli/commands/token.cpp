#include "cli/commands/token.h"

#include <CLI/CLI.hpp>

namespace relay {

void add_token_command(CLI::App& app, GlobalOptions& global) {
  CLI::App& verb = *app.add_subcommand("token", "Make and check tokens and API keys");
  verb.require_subcommand(1);
  add_token_new_command(verb, global);
  add_token_check_command(verb, global);
}

}  // namespace relay
