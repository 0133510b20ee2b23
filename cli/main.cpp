#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/output/stream.h"

int main(int argc, char** argv) {
  relay::GlobalOptions global;
  const std::unique_ptr<CLI::App> app = relay::make_app(global);
  const auto end = relay::parse_command_line(*app, std::vector<std::string>(argv + 1, argv + argc));
  if (!end) return static_cast<int>(global.command());
  relay::write_stdout(end->out);
  relay::write_stderr(end->err);
  return static_cast<int>(end->exit_code);
}
