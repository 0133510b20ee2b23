#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_codes.h"
#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace relay {

/// The whole command line: verbs, flags, environment variables, help. Help, man pages' test and completions
/// all come from this one definition.
[[nodiscard]] std::unique_ptr<CLI::App> make_app(GlobalOptions& global);

/// How parsing ended when there is nothing to run.
struct ParseEnd {
  ExitCode exit_code = ExitCode::ok;
  std::string out;  ///< for stdout: help or the version
  std::string err;  ///< for stderr: one line
};

/// Parses `arguments` (without the program's name). Nothing: `global.command` is set and can run.
[[nodiscard]] std::optional<ParseEnd> parse_command_line(CLI::App& app, std::vector<std::string> arguments);

}  // namespace relay
