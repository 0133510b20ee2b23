#include "cli/output/walk_format.h"

#include <algorithm>
#include <seneca/json.hpp>

#include "base/printable.h"
#include "cli/output/step_format.h"
#include "cli/output/text_width.h"

namespace relay {
namespace {

using seneca::JsonView;

size_t widest_plugin(const JsonView& steps) {
  size_t width = 0;
  for (const JsonView& step : steps.items()) width = std::max(width, columns(step.get("plugin").string()));
  return width;
}

std::string step_lines(const JsonView& step, size_t width, const EventFormatOptions& options) {
  std::string name = printable(step.get("plugin").string());
  name.append(width - std::min(width, columns(name)) + 2, ' ');
  const std::string below(name.size(), ' ');
  std::string lines;
  for (const char c : format_step(step.raw(), options, false)) {
    lines += c;
    if (c == '\n') lines += below;
  }
  return name + lines;
}

std::string route_line(const JsonView& route, const EventFormatOptions& options) {
  std::string rooms;
  for (const JsonView& room : route.get("rooms").items())
    rooms += (rooms.empty() ? "" : ", ") + room.string();
  std::string line = "  → " + route.get("event").string() + " to " + (rooms.empty() ? "no room" : rooms);
  if (!route.get("namespace").equals("/")) line += " of " + route.get("namespace").string();
  if (route.get("view").is_string()) line += ", by " + route.get("view").string();
  line += ": ";
  line += route.get("payload").raw();
  line = printable(line);
  return options.columns == 0 ? line : clip(line, options.columns);
}

std::string way_out(const JsonView& out, const EventFormatOptions& options) {
  std::string text = format_event(out.get("event").raw(), options);
  if (const JsonView reason = out.get("reason"))
    return text + "\n  goes nowhere: " + printable(reason.string());
  for (const JsonView& route : out.get("routes").items()) text += '\n' + route_line(route, options);
  if (out.get("routes").size() == 0) text += "\n  no route takes it";
  return text;
}

}  // namespace

std::string format_walk(std::string_view answer, const EventFormatOptions& options) {
  const JsonView json(answer), steps = json.get("steps");
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : "\n") + part; };
  for (const JsonView& step : steps.items()) add(step_lines(step, widest_plugin(steps), options));
  if (const int64_t left_out = json.get("left_out").integer(); left_out != 0)
    add(std::to_string(left_out) + " emitted events are left out");
  for (const JsonView& out : json.get("out").items()) add(way_out(out, options));
  if (json.get("out").size() == 0) add("nothing leaves the pipeline");
  return text;
}

}  // namespace relay
