#include <CLI/CLI.hpp>
#include <array>
#include <iostream>

#include "cli/commands/plugin_verbs.h"
#include "cli/output/event_printer.h"
#include "cli/plugin/trial.h"
#include "event/serialize.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(Reads an event a line from standard input and prints those that go on, as `tail` would. Events that end
are told on stderr with --verbose, and counted at the end. The timer runs at {"tick": TIME} and at the end.

Example:
  senecactl tail -o jsonl | senecactl plugin run redact --config @redact.json -o jsonl)";

class Run {
 public:
  Run(PluginTrial& trial, EventFormatOptions format, const Notices& notices)
      : trial_(trial), printer_(std::move(format)), notices_(notices) {}

  ExitCode all() {
    uint64_t number = 0;
    for (std::string line; std::getline(std::cin, line);) {
      const std::string name = "line " + std::to_string(++number);
      const Status walked = trial_.walk(line, name, "line-" + std::to_string(number), fates_);
      if (!walked) {
        ++bad_;
        notices_.error(walked.error().to_string());
      }
      if (const WriteOutcome outcome = print(); outcome != WriteOutcome::ok)
        return write_failure(outcome, notices_.program());
    }
    if (trial_.plugin().has_timer()) trial_.tick(fates_);
    WriteOutcome outcome = print();
    if (outcome == WriteOutcome::ok) outcome = printer_.finish();
    if (outcome != WriteOutcome::ok) return write_failure(outcome, notices_.program());
    summarise();
    return bad_ == 0 ? ExitCode::ok : ExitCode::bad_data;
  }

 private:
  WriteOutcome print() {
    WriteOutcome outcome = WriteOutcome::ok;
    for (const Fate& fate : fates_) {
      ++counts_[static_cast<size_t>(fate.kind)];
      const bool goes_on = fate.reason.empty();
      if (!goes_on) {
        notices_.detail(std::string(to_string(fate.kind)) + ' ' + std::string(fate.event->type()) + ' ' +
                        std::string(fate.event->id()) + ": " + fate.reason);
        continue;
      }
      std::string json;
      append_cloudevent_json(json, *fate.event, "");
      outcome = printer_.event(json);
      if (outcome != WriteOutcome::ok) break;
    }
    fates_.clear();
    return outcome;
  }

  void summarise() const {
    std::string text;
    for (size_t i = 0; i < counts_.size(); ++i) {
      static constexpr std::array<const char*, 6> kNames = {"passed", "dropped", "rejected",
                                                            "failed", "emitted", "published"};
      if (counts_[i] > 0) text += (text.empty() ? "" : ", ") + std::to_string(counts_[i]) + ' ' + kNames[i];
    }
    if (bad_ > 0) text += (text.empty() ? "" : ", ") + std::to_string(bad_) + " unreadable";
    notices_.notice(text.empty() ? "no events came in" : text);
    for (const MetricValue& metric : trial_.plugin().metrics())
      notices_.notice(metric.name + ' ' +
                      (metric.kind == SENECA_HISTOGRAM
                           ? std::to_string(metric.count) + " values, p50 " +
                                 std::to_string(metric.percentile(50)) + ", p99 " +
                                 std::to_string(metric.percentile(99)) + ", max " + std::to_string(metric.max)
                           : std::to_string(metric.value)));
  }

  PluginTrial& trial_;
  EventPrinter printer_;
  const Notices& notices_;
  std::vector<Fate> fates_;
  std::array<uint64_t, 6> counts_{};
  uint64_t bad_ = 0;
};

ExitCode run_run(const PluginArguments& arguments, const GlobalOptions& global) {
  const Notices notices("senecactl plugin run", global);
  const auto refuse = [&notices](const Error& error) {
    notices.error(error.to_string());
    return ExitCode::bad_config;
  };
  auto bench = PluginWorkbench::open(arguments.file, notices, arguments.isolated);
  if (!bench) return refuse(bench.error());
  const auto config = read_plugin_config(arguments.config);
  if (!config) return refuse(config.error());
  auto trial = PluginTrial::make(**bench, {*config, arguments.match, {}});
  if (!trial) return refuse(trial.error());
  EventFormatOptions format;
  format.format = global.output;
  format.color = use_color(global.color);
  return Run(**trial, std::move(format), notices).all();
}

}  // namespace

void add_plugin_run_verb(CLI::App& plugin, GlobalOptions& global) {
  const auto arguments = std::make_shared<PluginArguments>();
  CLI::App& verb = *plugin.add_subcommand("run", "Run events from standard input through a plugin");
  add_plugin_file(verb, *arguments);
  add_plugin_settings(verb, *arguments);
  verb.footer(kFooter);
  verb.callback([arguments, &global] {
    global.command = [arguments, &global] { return run_run(*arguments, global); };
  });
}

}  // namespace relay
