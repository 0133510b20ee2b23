#include "cli/commands/why.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <seneca/json.hpp>
#include <string>

#include "cli/client/ask_relay.h"
#include "cli/options.h"
#include "cli/output/stream.h"
#include "net/client/client_loop.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(CLIENT is an id that `senecactl stats --clients` shows, or the client_id a Socket.IO page was
greeted with; OFFSET is what events carry as `sequence`.

Example:
  senecactl why mpAdFkVmVq2ZsgJGm7Bc 1742)";

struct WhyOptions {
  std::string client;
  uint64_t offset = 0;
  bool json = false;
};

ExitCode run_why(const WhyOptions& options, const GlobalOptions& global) {
  const Notices notices("senecactl why", global);
  const Result<std::unique_ptr<ClientLoop>> loop = ClientLoop::make();
  if (!loop) {
    notices.error(loop.error().message);
    return ExitCode::unreachable;
  }
  const Result<std::string> answer = ask_relay(
      **loop, global,
      "/api/v1/why?client=" + percent_encode(options.client) + "&offset=" + std::to_string(options.offset));
  if (!answer) {
    notices.error(answer.error().message);
    return exit_code_of_answer(answer.error());
  }
  const seneca::JsonView explanation(*answer);
  const std::string verdict = explanation.get("verdict").string();
  const bool machine = options.json || global.output != OutputFormat::text;
  const std::string text = machine ? *answer : verdict + ": " + explanation.get("detail").string() + "\n";
  if (const WriteOutcome outcome = write_stdout(text); outcome != WriteOutcome::ok)
    return write_failure(outcome, notices.program());
  return verdict == "unknown_client" ? ExitCode::check_failed : ExitCode::ok;
}

}  // namespace

void add_why_command(CLI::App& app, GlobalOptions& global) {
  const auto options = std::make_shared<WhyOptions>();
  CLI::App& verb = *app.add_subcommand("why", "Say what became of an event on its way to a client");
  verb.add_option("CLIENT", options->client, "The client's id")->required()->type_name("");
  verb.add_option("OFFSET", options->offset, "The event's offset")->required()->type_name("");
  verb.add_flag("--json", options->json, "The relay's answer as it is");
  verb.footer(kFooter);
  verb.callback(
      [options, &global] { global.command = [options, &global] { return run_why(*options, global); }; });
}

}  // namespace relay
