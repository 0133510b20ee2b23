#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "auth/authenticator.h"
#include "base/clock.h"
#include "cli/commands/token.h"
#include "cli/output/stream.h"
#include "config/loader.h"

namespace relay {
namespace {

constexpr size_t kMaxInput = 64 * 1024;

struct TokenCheckOptions {
  std::string token;
  std::string config_file;
  std::vector<std::string> overrides;
};

std::string read_standard_input() {
  std::string text(kMaxInput, '\0');
  size_t used = 0;
  while (used < text.size()) {
    const ssize_t count = ::read(STDIN_FILENO, text.data() + used, text.size() - used);
    if (count <= 0) break;
    used += static_cast<size_t>(count);
  }
  text.resize(used);
  text.resize(text.find_last_not_of(" \r\n") + 1);
  return text;
}

std::string describe(const Identity& identity) {
  nlohmann::ordered_json json;
  json["subject"] = identity.subject;
  json["anonymous"] = identity.anonymous;
  json["roles"] = identity.roles;
  if (identity.expires_us != std::numeric_limits<int64_t>::max())
    json["expires"] = format_rfc3339(identity.expires_us);
  json["allowed"] = nlohmann::ordered_json::parse(identity.access->to_json());
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

ExitCode run_token_check(const TokenCheckOptions& options, const GlobalOptions& global) {
  const Notices notices("senecactl token check", global);
  const ConfigResult loaded = load_config_file(options.config_file, options.overrides);
  if (!loaded) {
    for (const ConfigProblem& problem : loaded.error()) notices.error(problem.to_string());
    return ExitCode::bad_config;
  }
  const auto authenticator = Authenticator::make(loaded->config.security);
  if (!authenticator) {
    notices.error(authenticator.error().to_string());
    return ExitCode::bad_config;
  }
  if (*authenticator == nullptr) {
    notices.error("this configuration asks nobody: it has neither keys nor API keys [no_authentication]");
    return ExitCode::bad_config;
  }
  const SystemClock clock;
  const std::string token = options.token == "-" ? read_standard_input() : options.token;
  const auto identity = (*authenticator)->identify(token, clock.wall_us());
  if (!identity) {
    notices.error("the token " + identity.error().message + " [" + identity.error().code + "]");
    return ExitCode::denied;
  }
  const WriteOutcome outcome = write_stdout(describe(**identity));
  return outcome == WriteOutcome::ok ? ExitCode::ok : write_failure(outcome, notices.program());
}

}  // namespace

void add_token_check_command(CLI::App& parent, GlobalOptions& global) {
  const auto options = std::make_shared<TokenCheckOptions>();
  CLI::App& verb = *parent.add_subcommand("check", "Say what a relay would make of a token");
  verb.add_option("TOKEN", options->token, "The token or API key; - reads it from standard input")
      ->required()
      ->type_name("");
  verb.add_option("-c,--config", options->config_file, "The relay's configuration file")
      ->required()
      ->type_name("FILE");
  verb.add_option("--set", options->overrides, "Override one key of the configuration (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  verb.callback([options, &global] {
    global.command = [options, &global] { return run_token_check(*options, global); };
  });
}

}  // namespace relay
