#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands/plugin_verbs.h"
#include "cli/options.h"
#include "cli/plugin/measure.h"
#include "event/envelope.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(Runs batches of events through the plugin as the pipeline does, and says what an event costs: the median of the
batches, with the relay's own work of showing the events and taking the verdicts. Every event has an id and a time of
its own. --input gives it events like yours; otherwise it gets agents' status changes.

Example:
  senecactl plugin bench redact --config @redact.json --input yesterday.jsonl)";

struct BenchArguments {
  PluginArguments plugin;
  std::string input;
  std::optional<uint64_t> batch;
  double duration_s = 2;
};

constexpr uint64_t kUsualBatch = 64;
constexpr uint64_t kMaxBatch = 256;  // the pipeline's

const std::vector<std::string>& usual_events() {
  static const std::vector<std::string> events = {
      R"({"type":"agent.status.changed","subject":"agent:a1","source":"bench","data":{"agent_id":"a1","status":"working","previous":"idle","task_id":"T-17"}})",
      R"({"type":"task.progress","subject":"task:T-17","source":"bench","data":{"task_id":"T-17","progress":40,"message":"halfway through the tests"}})",
      R"({"type":"agent.heartbeat","subject":"agent:a2","source":"bench","data":{"agent_id":"a2"}})",
      R"({"type":"task.blocker","subject":"task:T-18","source":"bench","data":{"task_id":"T-18","severity":"high","description":"the database does not answer"}})"};
  return events;
}

Result<std::vector<EventRef>> read_events(const std::string& path) {
  std::vector<std::string> lines = usual_events();
  if (!path.empty()) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail("no_input", path, "cannot be read");
    lines.clear();
    for (std::string line; std::getline(file, line);)
      if (!line.empty() && line.front() != '#' && line != "\r") lines.push_back(std::move(line));
  }
  std::vector<EventRef> events;
  EnvelopeOptions envelope;
  envelope.fallback_id = "bench";
  envelope.reserved_types = true;
  for (const std::string& line : lines) {
    auto event = parse_event(line, envelope);
    if (event) events.push_back(std::move(*event));
  }
  if (events.empty()) return fail("no_input", path, "holds no event");
  return events;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.1f" : "%.0f", value);
  return text;
}

std::string text_of(const PluginCost& cost, const PluginLibrary& library, uint64_t batch) {
  std::string text(library.id());
  text += ' ' + std::string(library.version()) + ", " + std::to_string(cost.events) +
          " events in batches of " + std::to_string(batch) + "\ntime         " + number(cost.median_ns) +
          " ns an event, 90% of the batches below " + number(cost.p90_ns) + "\nallocations  ";
  text += cost.allocations
              ? number(*cost.allocations) + " an event, " + number(*cost.allocated_bytes) + " bytes"
              : "not counted: seneca-count-allocations.so is not beside senecactl";
  const PluginCounters& counters = cost.counters;
  text += "\nevents       " + std::to_string(counters.passed) + " passed, " +
          std::to_string(counters.dropped) + " dropped, " + std::to_string(counters.rejected) +
          " rejected, " + std::to_string(counters.failed) + " failed, " + std::to_string(counters.emitted) +
          " emitted\n";
  return text;
}

std::string json_of(const PluginCost& cost, const PluginLibrary& library, uint64_t batch) {
  nlohmann::ordered_json json = {
      {"id", library.id()},    {"version", library.version()},   {"batch", batch},
      {"events", cost.events}, {"ns_per_event", cost.median_ns}, {"ns_per_event_p90", cost.p90_ns}};
  json["allocations_per_event"] = nullptr;
  json["allocated_bytes_per_event"] = nullptr;
  if (cost.allocations) {
    json["allocations_per_event"] = *cost.allocations;
    json["allocated_bytes_per_event"] = *cost.allocated_bytes;
  }
  const PluginCounters& counters = cost.counters;
  json["passed"] = counters.passed;
  json["dropped"] = counters.dropped;
  json["rejected"] = counters.rejected;
  json["failed"] = counters.failed;
  json["emitted"] = counters.emitted;
  return json.dump() + '\n';
}

ExitCode run_bench(const BenchArguments& arguments, const GlobalOptions& global) {
  const Notices notices("senecactl plugin bench", global);
  if (!counts_allocations()) restart_counting_allocations();
  const auto refuse = [&notices](const Error& error, ExitCode code) {
    notices.error(error.to_string());
    return code;
  };
  const auto events = read_events(arguments.input);
  if (!events) return refuse(events.error(), ExitCode::bad_data);
  const auto bench = PluginWorkbench::open(arguments.plugin.file, notices, arguments.plugin.isolated);
  if (!bench) return refuse(bench.error(), ExitCode::bad_config);
  const auto config = read_plugin_config(arguments.plugin.config);
  if (!config) return refuse(config.error(), ExitCode::bad_config);
  if ((*bench)->library()->roles().filter == nullptr)
    return refuse({"plugin_no_role", (*bench)->name(), "has no filter to measure"}, ExitCode::bad_config);
  const uint64_t batch = std::min(arguments.batch.value_or(kUsualBatch), kMaxBatch);
  const auto cost =
      measure_plugin(**bench, *config, arguments.plugin.match, *events, batch, arguments.duration_s);
  if (!cost) return refuse(cost.error(), ExitCode::bad_config);
  if (cost->counters.events == 0)
    notices.notice("it saw none of the events: give some of its own with --input, or --match");
  const PluginLibrary& library = *(*bench)->library();
  const bool text = global.output == OutputFormat::text;
  const WriteOutcome outcome =
      write_stdout(text ? text_of(*cost, library, batch) : json_of(*cost, library, batch));
  return outcome == WriteOutcome::ok ? ExitCode::ok : write_failure(outcome, notices.program());
}

}  // namespace

void add_plugin_bench_verb(CLI::App& plugin, GlobalOptions& global) {
  const auto arguments = std::make_shared<BenchArguments>();
  CLI::App& verb = *plugin.add_subcommand("bench", "Measure what a plugin costs an event");
  add_plugin_file(verb, arguments->plugin);
  add_plugin_settings(verb, arguments->plugin);
  verb.add_option("--input", arguments->input, "Events to run, a line each")->type_name("FILE");
  add_count_option(verb, "--batch", arguments->batch, "Events in a batch, at most 256")->default_str("64");
  add_duration_option(verb, "--duration", arguments->duration_s, "How long to measure")->default_str("2s");
  verb.footer(kFooter);
  verb.callback([arguments, &global] {
    global.command = [arguments, &global] { return run_bench(*arguments, global); };
  });
}

}  // namespace relay
