#include "cli/client/tap_watch.h"

#include <seneca/json.hpp>
#include <utility>

#include "cli/client/ask_relay.h"
#include "cli/output/step_format.h"

namespace relay {
namespace {

using seneca::JsonView;

std::string target(const TailOptions& options, const std::string& filter) {
  const bool diff = !options.diff.empty();
  std::string text = "/api/v1/taps?stage=" + percent_encode(diff ? options.diff : options.stage);
  if (diff) text += "&diff=1";
  std::string match;
  for (const std::string& pattern : options.selection.match) match += (match.empty() ? "" : ",") + pattern;
  if (!match.empty()) text += "&match=" + percent_encode(match);
  if (!filter.empty()) text += "&filter=" + percent_encode(filter);
  return text;
}

std::string number_of_events(int64_t count) {
  return std::to_string(count) + (count == 1 ? " event" : " events");
}

}  // namespace

TapWatch::TapWatch(ClientLoop& loop, const GlobalOptions& global, const TailOptions& options,
                   Subscription subscription, const Clock& clock)
    : options_(options),
      subscription_(std::move(subscription)),
      stream_(loop, *this, global.url, target(options, subscription_.filter()), global.timeout_us()),
      run_(loop, global, options, clock, [this] { stream_.connect(); }) {}

ExitCode TapWatch::run() {
  const ExitCode exit_code = run_.run();
  if (!options_.diff.empty() && run_.was_connected())
    run_.notices().notice(std::to_string(run_.shown()) + " shown, " +
                          std::to_string(untouched_ + untouched_now_) + " passed untouched");
  return exit_code;
}

void TapWatch::stream_opened() {
  if (run_.connected())
    run_.notices().notice("connected again; what passed meanwhile is not shown");
  else
    run_.notices().detail("connected");
}

void TapWatch::stream_event(std::string_view name, std::string_view data) {
  if (run_.done()) return;
  const JsonView json(data);
  if (name.empty()) return show(data);
  if (name == "gap")
    return run_.notices().notice(number_of_events(json.get("skipped").integer()) +
                                 " skipped: more passed than could be told");
  if (name == "untouched") untouched_now_ = static_cast<uint64_t>(json.get("events").integer());
  if (name != "end") return;
  run_.notices().error(json.get("reason").string());
  run_.finish(ExitCode::unreachable);
}

void TapWatch::show(std::string_view json) {
  const bool diff = !options_.diff.empty();
  const JsonView event = diff ? JsonView(json).get("event") : JsonView(json);
  const std::string type = event.get("type").string();
  if (subscription_.excludes(type)) return;
  if (diff && !options_.rate && run_.format().format == OutputFormat::text)
    run_.show_as(format_step(json, run_.format()), type);
  else
    run_.show(json, type);
}

void TapWatch::stream_ended(const Error& error) {
  if (run_.done()) return;
  untouched_ += std::exchange(untouched_now_, 0);
  const bool no = error.code == "denied" || error.code == "refused" || error.code == "too_large";
  run_.lost(error, no, exit_code_of_answer(error));
}

}  // namespace relay
