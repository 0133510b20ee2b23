#include "cli/commands/serve.h"

#include <seneca/version.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/exit_guard.h"
#include "cli/options.h"
#include "cli/output/stream.h"
#include "cli/plugin/places.h"
#include "config/consistency.h"
#include "config/listen.h"
#include "config/loader.h"
#include "server/privileges.h"
#include "server/server.h"

namespace relay {
namespace {

struct ServeOptions {
  std::string config_file;
  std::vector<std::string> overrides;
  std::vector<std::string> listen;
  std::vector<std::string> watch;
  std::vector<std::string> plugins;
  std::optional<uint64_t> threads;
  double drain_timeout_s = 0;
  std::string data_dir;
  bool no_journal = false;
  bool standard_input = false;
  bool demo = false;
  bool insecure = false;
  bool check = false;
  LogLevel log_level = LogLevel::info;
};

// "FILE.so" or "FILE.so:{json}".
PluginConfig parse_plugin_flag(const std::string& text) {
  PluginConfig plugin;
  const size_t brace = text.find(":{");
  plugin.path = text.substr(0, brace);
  if (brace != std::string::npos) plugin.config = text.substr(brace + 1);
  return plugin;
}

void apply_flags(const ServeOptions& options, Config& config) {
  if (!options.listen.empty()) config.server.listen = options.listen;
  if (options.threads) config.server.threads = static_cast<int>(*options.threads);
  if (options.drain_timeout_s > 0) config.server.drain_timeout = options.drain_timeout_s;
  for (const std::string& directory : options.watch) {
    SourceConfig source;
    source.path = directory;
    if (options.watch.size() > 1) source.instance = std::filesystem::path(directory).filename().string();
    config.sources.push_back(std::move(source));
  }
  if (options.standard_input) {
    SourceConfig source;
    source.type = SourceConfig::Type::standard_input;
    config.sources.push_back(std::move(source));
  }
  if (options.demo) {
    SourceConfig source;
    source.type = SourceConfig::Type::demo;
    config.sources.push_back(std::move(source));
  }
  // What a simulated Marcus says is nobody's past, unless somebody wants it to be.
  if (!options.data_dir.empty()) {
    config.journal.engine = JournalConfig::Engine::sqlite;
    config.journal.dir = options.data_dir;
  }
  if (options.no_journal || (options.demo && options.data_dir.empty()))
    config.journal.engine = JournalConfig::Engine::memory;
  for (const std::string& plugin : options.plugins) config.plugins.push_back(parse_plugin_flag(plugin));
}

std::optional<Config> load(const ServeOptions& options, const Notices& notices) {
  ConfigResult loaded = options.config_file.empty()
                            ? load_default_config(options.overrides)
                            : load_config_file(options.config_file, options.overrides);
  ConfigProblems problems;
  if (loaded) {
    apply_flags(options, loaded->config);
    problems = complete_config(*loaded);
  } else {
    problems = std::move(loaded.error());
  }
  for (const ConfigProblem& problem : problems) notices.error(problem.to_string());
  if (!problems.empty()) return std::nullopt;
  return std::move(loaded->config);
}

Server::Options server_options(const ServeOptions& options) {
  Server::Options chosen;
  chosen.plugin_places = plugin_places();
  chosen.plugin_host = plugin_host();
  chosen.insecure = options.insecure;
  chosen.on_order = [] { (void)kill(getpid(), SIGUSR1); };  // all threads block it: it waits for ours
  chosen.on_lost = [] { (void)kill(getpid(), SIGUSR2); };
  return chosen;
}

// One fact a line, so that people and scripts find what they need.
void announce(const Server& server, const Config& config) {
  std::string text = "senecactl " SENECA_VERSION_STRING " is ready\n";
  const std::string s = config.server.tls.enabled() ? "s" : "";
  for (const std::string& address : server.addresses()) {
    text += "listening  http" + s + "://" + address + "\n";
    text += "socket.io  http" + s + "://" + address + "/socket.io/\n";
    text += "websocket  ws" + s + "://" + address + "/ws\n";
    text += "publish    POST http" + s + "://" + address + "/api/v1/events\n";
  }
  text += "shards     " + std::to_string(server.threads()) + "\n";
  for (const SourceConfig& source : config.sources) {
    if (source.type == SourceConfig::Type::marcus) text += "watching   " + source.path + "\n";
    if (source.type == SourceConfig::Type::standard_input) text += "reading    standard input\n";
    if (source.type == SourceConfig::Type::demo) text += "demo       a simulated Marcus is at work\n";
  }
  for (const std::string& plugin : server.plugins()) text += "plugin     " + plugin + "\n";
  if (const std::string journal = server.journal(); journal.empty())
    text += "log        in memory, the newest " + std::to_string(config.journal.memory_events) + " events\n";
  else
    text += "journal    " + journal + "\n";
  (void)write_stdout(text);
}

void reload(Server& server, const ServeOptions& options, const Notices& notices, Logger& logger) {
  std::optional<Config> config = load(options, notices);
  if (!config) {
    logger.error("serve", "reload refused, the old configuration stays in force");
    return;
  }
  const auto left_alone = server.reload(std::move(*config));
  if (!left_alone) {
    logger.error("serve",
                 "reload refused, the old configuration stays in force: " + left_alone.error().to_string());
    return;
  }
  for (const std::string& key : *left_alone)
    logger.warn("serve", key + " changed; it takes effect after a restart");
  logger.info("serve", "configuration reloaded");
}

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&set, signal);
  return set;
}

// Waits for a signal; 0 when none came within `milliseconds`.
int next_signal(const sigset_t& set, long milliseconds) {
  const timespec wait{milliseconds / 1000, milliseconds % 1000 * 1000000};
  const int signal = sigtimedwait(&set, nullptr, &wait);
  return signal < 0 ? 0 : signal;
}

ExitCode drain(Server& server, const sigset_t& signals) {
  std::atomic<bool> drained{false};
  std::thread draining([&] {
    server.drain();
    drained = true;
  });
  ExitCode code = ExitCode::ok;
  while (!drained) {
    const int signal = next_signal(signals, 20);
    if (signal != SIGTERM && signal != SIGINT) continue;
    code = ExitCode::interrupted;
    server.stop();
  }
  draining.join();
  return code;
}

ExitCode exit_code_of(const Error& error) {
  if (error.code.starts_with("journal_") || error.code == "port_busy" || error.code == "listen_failed" ||
      error.code == "net_start")
    return ExitCode::check_failed;
  return ExitCode::bad_config;
}

ExitCode run_serve(const ServeOptions& options, const GlobalOptions& global) {
  const Notices notices("senecactl serve", global);
  std::optional<Config> config = load(options, notices);
  if (!config) return ExitCode::bad_config;

  // Blocked before the first thread exists, so that all of them inherit it and only this one takes signals.
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  give_up_privileges();
  if (config->server.tls.enabled() || !config->security.authentication.keys.empty()) hide_memory();
  const ExitGuard guard;
  SystemClock clock;
  const std::unique_ptr<Logger> logger = make_stderr_logger(options.log_level);
  const Config effective = *config;
  Server server(std::move(*config), server_options(options), clock, *logger);
  if (const Status started = options.check ? server.check() : server.start(); !started) {
    notices.error(started.error().to_string());
    return exit_code_of(started.error());
  }
  if (options.check) {
    (void)write_stdout("configuration and plugins are ok\n");
    return ExitCode::ok;
  }
  announce(server, effective);
  for (;;) {
    const int signal = next_signal(signals, 1000);
    if (signal == SIGHUP) reload(server, options, notices, *logger);
    if (signal == SIGUSR1) server.run_orders();
    if (signal == SIGUSR2) {
      server.stop();
      notices.error("the journal is lost (see the log): nothing more is acknowledged");
      return ExitCode::check_failed;
    }
    if (signal == SIGTERM || signal == SIGINT) return drain(server, signals);
  }
}

void add_listen_option(CLI::App& verb, ServeOptions& options) {
  const auto parse = [&options](const std::string& text) -> Status {
    if (const auto address = parse_listen(text); !address) return tl::unexpected(address.error());
    options.listen.push_back(text);
    return {};
  };
  add_repeated_option(verb, "--listen", "HOST:PORT", "Listen here (repeatable); port 0: the kernel chooses",
                      parse)
      ->default_str("127.0.0.1:8000");
}

}  // namespace

void add_serve_command(CLI::App& app, GlobalOptions& global) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App& verb = *app.add_subcommand("serve", "Start the relay");
  verb.add_option("-c,--config", options->config_file, "Configuration file (JSON with comments)")
      ->type_name("FILE");
  verb.add_option("--set", options->overrides, "Override one key of the configuration (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  add_listen_option(verb, *options);
  verb.add_option("--watch", options->watch, "Follow the logs of the Marcus in this directory (repeatable)")
      ->type_name("DIR")
      ->allow_extra_args(false);
  verb.add_option("--plugin", options->plugins, "Add a plugin after the configured ones (repeatable)")
      ->type_name("FILE.so[:JSON]")
      ->allow_extra_args(false);
  verb.add_flag("--stdin", options->standard_input,
                "Read events from standard input, one JSON object a line");
  verb.add_flag("--demo", options->demo, "Run a built-in simulated Marcus, to see life at once");
  verb.add_option("--data-dir", options->data_dir, "Keep the journal of past events in this directory")
      ->type_name("DIR");
  verb.add_flag("--no-journal", options->no_journal,
                "Keep past events in memory only, whatever else is said");
  add_count_option(verb, "--threads", options->threads, "Net shards; by default one per core");
  verb.add_flag("--insecure", options->insecure,
                "Allow listening beyond this machine without TLS or without asking who connects");
  verb.add_flag("--check", options->check, "Check the configuration and load the plugins, then exit");
  add_duration_option(verb, "--drain-timeout", options->drain_timeout_s,
                      "How long clients get to go on SIGTERM")
      ->default_str("5s");
  const std::map<std::string, LogLevel> levels{{"debug", LogLevel::debug},
                                               {"info", LogLevel::info},
                                               {"warn", LogLevel::warn},
                                               {"error", LogLevel::error}};
  add_choice_option(verb, "--log-level", options->log_level, levels,
                    "What to log on stderr: debug, info, warn, error");
  verb.footer("SIGHUP reloads the configuration, SIGTERM drains and exits, a second SIGTERM exits at once.");
  verb.callback(
      [options, &global] { global.command = [options, &global] { return run_serve(*options, global); }; });
}

}  // namespace relay
