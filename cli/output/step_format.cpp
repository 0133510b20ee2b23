#include "cli/output/step_format.h"

#include <algorithm>
#include <seneca/json.hpp>

#include "base/printable.h"
#include "cli/output/text_width.h"

namespace relay {
namespace {

using seneca::JsonView;

constexpr size_t kVerdictColumns = 8;

std::string_view style_of(std::string_view verdict) {
  if (verdict == "pass") return "32";
  if (verdict == "reject" || verdict == "fail") return "31";
  return verdict == "drop" ? "33" : "36";
}

std::string coloured(std::string_view text, std::string_view style, const EventFormatOptions& options) {
  if (!options.color) return std::string(text);
  return "\x1b[" + std::string(style) + "m" + std::string(text) + "\x1b[0m";
}

std::string verdict_column(std::string_view verdict, const EventFormatOptions& options) {
  const std::string gap(kVerdictColumns - std::min(kVerdictColumns - 1, verdict.size()), ' ');
  return coloured(verdict, style_of(verdict), options) + gap;
}

std::string event_behind(std::string_view event, EventFormatOptions options) {
  if (options.columns != 0)
    options.columns = options.columns > kVerdictColumns ? options.columns - kVerdictColumns : 1;
  return format_event(event, options);
}

void add_line(std::string& text, std::string_view content, const EventFormatOptions& options) {
  const size_t room = options.columns > kVerdictColumns ? options.columns - kVerdictColumns : 0;
  const std::string line = printable(content);
  text.append("\n").append(kVerdictColumns, ' ').append(room == 0 ? line : clip(line, room));
}

std::string or_none(const JsonView& value) { return value ? std::string(value.raw()) : "(none)"; }

}  // namespace

std::string format_step(std::string_view step, const EventFormatOptions& options, bool headed) {
  const JsonView json(step);
  const std::string verdict = json.get("verdict").string(), reason = json.get("reason").string();
  const bool has_event = headed && json.get("event");
  std::string text;
  if (has_event || !headed) text = verdict_column(verdict, options);
  if (has_event) text += event_behind(json.get("event").raw(), options);
  if (!reason.empty() && headed) add_line(text, "reason: " + reason, options);
  if (!headed)
    text += printable(json.get("event").get("type").string() + (reason.empty() ? "" : ": " + reason));
  for (const JsonView& change : json.get("changes").items())
    add_line(
        text,
        change.get("field").string() + ": " + or_none(change.get("old")) + " → " + or_none(change.get("new")),
        options);
  for (const JsonView& emitted : json.get("emitted").items()) {
    if (!text.empty()) text += '\n';
    text += verdict_column("emit", options) + event_behind(emitted.raw(), options);
  }
  return text;
}

}  // namespace relay
