#include "cli/client/walk_run.h"

#include <seneca/json.hpp>
#include <utility>

#include "cli/client/ask_relay.h"
#include "cli/output/walk_format.h"

namespace relay {
namespace {

using seneca::JsonView;

EventFormatOptions format_options(const GlobalOptions& global) {
  EventFormatOptions format;
  format.format = global.output;
  format.color = use_color(global.color);
  format.columns = terminal_columns();
  return format;
}

std::vector<std::string_view> events_of(const std::string& request) {
  const JsonView json(request), single = json.get("event");
  if (single) return {single.raw()};
  std::vector<std::string_view> events;
  for (const JsonView& event : json.get("events").items()) events.push_back(event.raw());
  return events;
}

}  // namespace

WalkRun::WalkRun(ClientLoop& loop, const GlobalOptions& global, const Options& options, EventBuilder builder)
    : loop_(loop),
      global_(global),
      options_(options),
      notices_("senecactl inject", global),
      builder_(std::move(builder)),
      printer_(format_options(global)) {}

ExitCode WalkRun::run(const std::vector<std::string>& texts, std::optional<uint64_t> count) {
  const uint64_t most = count.value_or(texts.size());
  ExitCode worst = ExitCode::ok;
  uint64_t done = 0;
  for (size_t line = 0; done < most && line < texts.size(); line += texts.size() == 1 ? 0 : 1) {
    if (texts[line].find_first_not_of(" \t\r") == std::string::npos && texts.size() > 1) continue;
    ++done;
    const Result<std::string> request = builder_.publish(1, texts[line], line + 1);
    if (!request) {
      notices_.error(request.error().subject + ": " + request.error().message);
      return ExitCode::bad_data;
    }
    for (const std::string_view event : events_of(*request)) {
      const ExitCode code = walk(event);
      if (code != ExitCode::ok) worst = code;
      if (code != ExitCode::ok && code != ExitCode::bad_data) return code;
    }
  }
  const WriteOutcome closed = printer_.finish();
  return closed == WriteOutcome::ok ? worst : write_failure(closed, notices_.program());
}

ExitCode WalkRun::walk(std::string_view event) {
  const std::string target = std::string("/api/v1/plugins/walk") + (options_.stateful ? "?stateful=1" : "");
  const Result<std::string> answer = order_relay(loop_, global_, target, std::string(event));
  if (!answer) {
    notices_.error(answer.error().message);
    return exit_code_of_answer(answer.error());
  }
  return print(event, *answer);
}

ExitCode WalkRun::print(std::string_view event, const std::string& answer) {
  const bool machine = options_.json || global_.output != OutputFormat::text;
  const WriteOutcome outcome = options_.json ? write_stdout(answer)
                               : machine     ? printer_.event(JsonView(answer).raw())
                                             : printer_.line(format_event(event, printer_.options()) + '\n' +
                                                             format_walk(answer, printer_.options()));
  if (outcome != WriteOutcome::ok) return write_failure(outcome, notices_.program());
  return JsonView(answer).get("accepted").boolean() ? ExitCode::ok : ExitCode::bad_data;
}

}  // namespace relay
