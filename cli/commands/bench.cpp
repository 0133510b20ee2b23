#include "cli/commands/bench.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/units.h"
#include "cli/bench/bench_run.h"
#include "cli/bench/event_text.h"
#include "cli/client/jsonl_input.h"
#include "cli/client/rate_schedule.h"
#include "cli/commands/journal_verbs.h"
#include "cli/options.h"
#include "cli/output/stream.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(Any server can be measured that sends what it is sent to its subscribers. Without --path and the like the target
is taken for a Seneca relay. Pin server and client to different cores, or they measure each other.

Examples:
  senecactl bench fanout --clients 1000 --server-pid $(pidof -s senecactl)
  senecactl bench latency --clients 1000 --rate 100 --json
  senecactl bench publish --protocol http --clients 4
  senecactl bench publish --protocol nats --jetstream BENCH --target ws://127.0.0.1:4222
  senecactl bench connect --clients 10000 --protocol socketio
  senecactl bench fanout --target ws://127.0.0.1:9000 --path /sub --publish-path /pub
  senecactl bench fanout --target http://127.0.0.1:3000 --protocol socketio --event broadcast)";

constexpr double kUntilTheEndS = 1e6;  // of a file

struct BenchArguments {
  BenchOptions run;
  std::string events;  // a file of them
  std::optional<Url> target;
  bool csv = false;
  bool json = false;
};

ExitCode exit_code_of(const Error& error) {
  if (error.code == "denied") return ExitCode::denied;
  if (error.code == "interrupted") return ExitCode::interrupted;
  if (error.code == "no_delivery") return ExitCode::check_failed;
  return error.code == "unreachable" ? ExitCode::unreachable : ExitCode::usage;
}

// All of them: while a server is measured nothing is read.
Result<EventLines> read_events(const std::string& path) {
  auto input = JsonlInput::open(path);
  if (!input) return tl::unexpected<Error>(input.error());
  EventLines lines;
  for (std::string_view line;;) {
    const auto taken = (*input)->next(line);
    if (!taken) return tl::unexpected<Error>(taken.error());
    if (*taken == JsonlInput::Take::end) return lines;
    if (*taken == JsonlInput::Take::too_long)
      return fail("no_input", path, "line " + std::to_string((*input)->line_number()) + " is too long");
    lines.emplace_back(line);
  }
}

Result<BenchReport> measure(const BenchOptions& options, const Url& url, const GlobalOptions& global) {
  if (options.server_pid && !usage_of(*options.server_pid))
    return fail("bad_pid", "--server-pid",
                "--server-pid " + std::to_string(*options.server_pid) + " is no process on this machine");
  const Status room = make_room_for_sockets(*options.clients + 1);  // a publisher beside the subscribers
  if (!room) return tl::unexpected<Error>(room.error());
  const Result<BenchTarget> target = BenchTarget::make(url, options.protocol, options.paths);
  if (!target) return tl::unexpected<Error>(target.error());
  const Result<std::unique_ptr<LoadLoop>> loop = LoadLoop::make();
  if (!loop) return tl::unexpected<Error>(loop.error());
  BenchProgress progress(!global.quiet);
  return make_bench_run(**loop, *target, options, progress)->run();
}

ExitCode run_bench(const BenchArguments& arguments, const GlobalOptions& global) {
  const Notices notices("senecactl bench", global);
  BenchOptions options = arguments.run;
  options.timeout_s = global.timeout_s;
  if (!arguments.events.empty()) {
    auto events = read_events(arguments.events);
    if (!events && events.error().code == "interrupted") return ExitCode::interrupted;
    if (!events) return report_failure(events.error(), notices);
    options.events = std::make_shared<const EventLines>(*std::move(events));
    options.warmup_s = 0;
    options.duration_s = kUntilTheEndS;
    if (options.events->size() < *options.clients) {
      notices.error(arguments.events + " has fewer events than there are publishers");
      return ExitCode::usage;
    }
  }
  const Result<BenchReport> report = measure(options, arguments.target.value_or(global.url), global);
  if (!report) {
    if (report.error().code != "interrupted") notices.error(report.error().message);
    return exit_code_of(report.error());
  }
  const OutputFormat format = arguments.json ? OutputFormat::json : global.output;
  const WriteOutcome outcome = write_stdout(arguments.csv ? report->render_csv() : report->render(format));
  if (outcome != WriteOutcome::ok) return write_failure(outcome, notices.program());
  if (report->problem().empty()) return ExitCode::ok;
  notices.error(report->problem());
  return ExitCode::check_failed;
}

void add_stream_option(CLI::App& verb, std::string& stream) {
  const auto parse = [&stream](const std::string& text) -> Status {
    constexpr size_t kLongest = 255;
    const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
    if (text.empty() || text.size() > kLongest || !std::all_of(text.begin(), text.end(), fits))
      return fail("bad_stream", text, "is no name of a stream: letters, digits, - and _");
    stream = text;
    return {};
  };
  add_parsed_option(verb, "--jetstream", "STREAM",
                    "With nats: await the answers of this stream of JetStream, made if there is none", parse);
}

void add_target_options(CLI::App& verb, BenchArguments& arguments,
                        const std::map<std::string, BenchProtocol>& protocols) {
  const auto parse_target = [&arguments](const std::string& text) -> Status {
    Result<Url> url = parse_url(text);
    if (!url) return tl::unexpected<Error>(url.error());
    arguments.target = *std::move(url);
    return {};
  };
  add_parsed_option(verb, "--target", "URL", "The server to measure; default: that of --url", parse_target);
  add_choice_option(verb, "--protocol", arguments.run.protocol, protocols,
                    "What to speak: " + join_keys(protocols))
      ->default_str("ws");
  BenchTarget::Paths& paths = arguments.run.paths;
  if (arguments.run.mode != BenchMode::publish)
    verb.add_option("--path", paths.subscribe, "Where subscribers connect")->type_name("PATH");
  if (arguments.run.mode != BenchMode::connect) {
    verb.add_option("--publish-path", paths.publish, "Where publishers connect, or POST to")
        ->type_name("PATH");
    verb.add_option("--event", paths.event, "The Socket.IO event a publisher emits")
        ->type_name("NAME")
        ->default_str("publish");
  }
  if (arguments.run.mode == BenchMode::publish) add_stream_option(verb, paths.stream);
}

void add_rate_option(CLI::App& verb, BenchOptions& run) {
  const auto parse = [&run](const std::string& text) -> Status {
    const Result<double> rate = parse_rate(text);
    if (!rate) return tl::unexpected<Error>(rate.error());
    run.rate = *rate;
    return {};
  };
  const bool always = run.mode == BenchMode::latency;
  CLI::Option* const option = add_parsed_option(
      verb, "--rate", "N/s",
      always ? "Events a second" : "Events a second; without it as many as the server takes", parse);
  if (always) option->default_str("100/s");
}

void add_event_options(CLI::App& verb, BenchArguments& arguments) {
  BenchOptions& run = arguments.run;
  const auto parse_bytes = [&run](const std::string& text) -> Status {
    const Result<int64_t> bytes = parse_size(text);
    constexpr int64_t kMax = int64_t{16} << 20;
    if (!bytes || *bytes < static_cast<int64_t>(EventText::kMinBytes) || *bytes > kMax)
      return fail("bad_size", text, "is not a size from 96 to 16MiB");
    run.event_bytes = static_cast<size_t>(*bytes);
    return {};
  };
  CLI::Option* const size =
      add_parsed_option(verb, "--size", "BYTES", "The size of an event's JSON", parse_bytes)
          ->default_str("300");
  if (run.mode == BenchMode::publish)
    verb.add_option("--events", arguments.events, "Publish each line of this file once, then end")
        ->type_name("FILE")
        ->excludes(size);
  add_rate_option(verb, run);
  add_duration_option(verb, "--warmup", run.warmup_s, "How long to run before measuring")->default_str("1s");
  if (run.mode == BenchMode::latency) return;
  add_count_option(verb, "--window", run.window, "Without --rate: events that may be on their way")
      ->default_str(run.mode == BenchMode::publish ? "512, 32768 for ws" : "256");
  add_count_option(verb, "--batch", run.batch, "Without --rate: events written together")->default_str("128");
}

void check_run(const BenchOptions& run) {
  if (run.rate > 0 && (run.window || run.batch))
    throw CLI::ValidationError("--window and --batch are for runs without --rate");
  if (run.window && run.batch && *run.batch > *run.window)
    throw CLI::ValidationError("--batch cannot be more than --window");
  if (!run.paths.stream.empty() && run.protocol != BenchProtocol::nats)
    throw CLI::ValidationError("--jetstream needs --protocol nats");
}

void add_mode(CLI::App& bench, GlobalOptions& global, const std::string& help, BenchOptions defaults,
              const std::map<std::string, BenchProtocol>& protocols) {
  const auto arguments = std::make_shared<BenchArguments>();
  arguments->run = std::move(defaults);
  BenchOptions& run = arguments->run;
  CLI::App& verb = *bench.add_subcommand(name_of(run.mode), help);
  add_target_options(verb, *arguments, protocols);
  add_count_option(verb, "--clients", run.clients,
                   run.mode == BenchMode::publish ? "Publishers" : "Connections that receive")
      ->default_str(std::to_string(*run.clients));
  if (run.mode == BenchMode::connect)
    add_count_option(verb, "--at-once", run.at_once, "Handshakes under way at a time")->default_str("128");
  else
    add_event_options(verb, *arguments);
  if (run.mode == BenchMode::fanout || run.mode == BenchMode::latency)
    add_count_option(verb, "--check", run.check, "Subscribers that read every event; the others count bytes")
        ->default_str("4, or all with a rate");
  add_duration_option(
      verb, "--duration", run.duration_s,
      run.mode == BenchMode::connect ? "How long to hold the connections" : "How long to measure")
      ->default_str(format_duration(run.duration_s));
  add_count_option(verb, "--server-pid", run.server_pid, "Report this process's use of processor and memory");
  auto* const json = verb.add_flag("--json", arguments->json, "The figures as JSON");
  verb.add_flag("--csv", arguments->csv, "The figures as two lines of CSV")->excludes(json);
  verb.callback([arguments, &verb, &global] {
    check_run(arguments->run);
    if (!arguments->events.empty() && verb.count("--warmup") + verb.count("--duration") > 0)
      throw CLI::ValidationError(
          "--events has no --warmup and no --duration: it measures from the first to the last");
    global.command = [arguments, &global] { return run_bench(*arguments, global); };
  });
}

BenchOptions defaults_of(BenchMode mode, uint64_t clients) {
  BenchOptions options;
  options.mode = mode;
  options.clients = clients;
  if (mode == BenchMode::latency) options.rate = 100;
  if (mode == BenchMode::connect) options.duration_s = 1;
  return options;
}

}  // namespace

void add_bench_command(CLI::App& app, GlobalOptions& global) {
  CLI::App& bench = *app.add_subcommand("bench", "Measure this or another server");
  bench.require_subcommand(1);
  bench.footer(kFooter);
  const std::map<std::string, BenchProtocol> subscribing{{"ws", BenchProtocol::ws},
                                                         {"socketio", BenchProtocol::socketio},
                                                         {"sse", BenchProtocol::sse},
                                                         {"nats", BenchProtocol::nats}};
  const std::map<std::string, BenchProtocol> publishing{{"ws", BenchProtocol::ws},
                                                        {"socketio", BenchProtocol::socketio},
                                                        {"http", BenchProtocol::http},
                                                        {"nats", BenchProtocol::nats}};
  add_mode(bench, global, "One publisher, many subscribers: deliveries a second",
           defaults_of(BenchMode::fanout, 100), subscribing);
  add_mode(bench, global, "How many events the server takes in", defaults_of(BenchMode::publish, 1),
           publishing);
  add_mode(bench, global, "How late events arrive at a fixed rate", defaults_of(BenchMode::latency, 100),
           subscribing);
  add_mode(bench, global, "How fast connections are made and what they cost",
           defaults_of(BenchMode::connect, 1000), subscribing);
}

}  // namespace relay
