#include "cli/commands/stats.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "cli/client/ask_relay.h"
#include "cli/client/interrupt.h"
#include "cli/options.h"
#include "cli/output/event_format.h"
#include "cli/output/stats_text.h"
#include "cli/output/stream.h"
#include "net/client/client_loop.h"

namespace relay {
namespace {

constexpr const char* kFooter = R"(Examples:
  senecactl stats --watch 1s
  senecactl stats --clients
  senecactl stats --json | jq .delivery.events_dropped)";

constexpr size_t kPipeColumns = 100;

struct StatsOptions {
  bool clients = false, rooms = false, plugins = false;
  bool json = false;
  double watch_s = 0;

  [[nodiscard]] std::string target() const {
    if (clients) return "/api/v1/clients";
    if (rooms) return "/api/v1/rooms";
    return plugins ? "/api/v1/plugins" : "/api/v1/stats";
  }
};

/// One run of `senecactl stats`. Lives on the command's stack.
class StatsRun {
 public:
  StatsRun(ClientLoop& loop, const GlobalOptions& global, const StatsOptions& options)
      : loop_(loop), global_(global), options_(options), notices_("senecactl stats", global) {}

  ExitCode run();

 private:
  ExitCode show_once();
  Result<std::string> render(const std::string& body) const;
  WriteOutcome print(const std::string& text);
  bool pause();

  ClientLoop& loop_;
  const GlobalOptions& global_;
  const StatsOptions& options_;
  const Notices notices_;
  bool interrupted_ = false;
  bool shown_ = false;
  bool stdout_open_ = true;
};

ExitCode StatsRun::run() {
  const Interrupt interrupt(loop_, [this] {
    interrupted_ = true;
    loop_.stop();
  });
  for (;;) {
    const bool first = !shown_;
    const ExitCode shown = show_once();
    if (interrupted_) return ExitCode::interrupted;
    const bool relay_away = shown == ExitCode::unreachable && !first;  // --watch waits for it to come back
    if (options_.watch_s <= 0 || (shown != ExitCode::ok && !relay_away)) return shown;
    if (!stdout_open_) return ExitCode::ok;
    if (!pause()) return ExitCode::interrupted;
  }
}

ExitCode StatsRun::show_once() {
  Result<std::string> text = ask_relay(loop_, global_, options_.target());
  if (text) text = render(*text);
  if (!text) {
    if (!interrupted_) notices_.error(text.error().message);
    return exit_code_of_answer(text.error());
  }
  const WriteOutcome outcome = print(*text);
  shown_ = true;
  stdout_open_ = outcome == WriteOutcome::ok;
  return stdout_open_ ? ExitCode::ok : write_failure(outcome, notices_.program());
}

Result<std::string> StatsRun::render(const std::string& body) const {
  if (options_.json || global_.output != OutputFormat::text) {
    EventFormatOptions format;
    format.format = options_.json ? OutputFormat::json : global_.output;
    std::string line = format_event(body, format);
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  }
  StatsTextOptions text;
  text.color = use_color(global_.color);
  const size_t columns = terminal_columns();
  text.columns = columns == 0 ? kPipeColumns : columns;
  return stats_text(body, text);
}

WriteOutcome StatsRun::print(const std::string& text) {
  const bool machine = options_.json || global_.output != OutputFormat::text;
  if (options_.watch_s <= 0 || machine) return write_stdout(text);
  if (stdout_is_terminal()) return write_stdout("\x1b[H\x1b[2J" + text);
  return write_stdout((shown_ ? "\n" : "") + text);
}

bool StatsRun::pause() {
  ClientTimer timer(loop_, [this] { loop_.stop(); });
  timer.start(static_cast<int64_t>(options_.watch_s * 1e6));
  loop_.run();
  return !interrupted_;
}

ExitCode run_stats(const StatsOptions& options, const GlobalOptions& global) {
  const Result<std::unique_ptr<ClientLoop>> loop = ClientLoop::make();
  if (!loop) {
    Notices("senecactl stats", global).error(loop.error().message);
    return ExitCode::unreachable;
  }
  return StatsRun(**loop, global, options).run();
}

}  // namespace

void add_stats_command(CLI::App& app, GlobalOptions& global) {
  const auto options = std::make_shared<StatsOptions>();
  CLI::App& verb = *app.add_subcommand("stats", "Show what the relay is doing");
  auto* const clients = verb.add_flag("--clients", options->clients, "One line per connected client");
  auto* const rooms = verb.add_flag("--rooms", options->rooms, "One line per room");
  auto* const plugins =
      verb.add_flag("--plugins", options->plugins, "One line per plugin, and why it dropped events");
  rooms->excludes(clients);
  plugins->excludes(clients)->excludes(rooms);
  verb.add_flag("--json", options->json, "The relay's answer as it is");
  add_duration_option(verb, "--watch", options->watch_s, "Show it again at this interval");
  verb.footer(kFooter);
  verb.callback(
      [options, &global] { global.command = [options, &global] { return run_stats(*options, global); }; });
}

}  // namespace relay
