#include "cli/output/event_printer.h"

namespace relay {

WriteOutcome EventPrinter::event(std::string_view cloudevent) {
  if (options_.columns != 0) options_.columns = terminal_columns();  // it may have been resized
  return line(format_event(cloudevent, options_));
}

WriteOutcome EventPrinter::line(std::string_view text) {
  std::string out;
  if (options_.format == OutputFormat::json) {
    out.append(any_ ? ",\n" : "[\n")
        .append(text);  // the line break follows when it is known whether a comma does
  } else {
    out.append(text).append("\n");
  }
  any_ = true;
  return write_stdout(out);
}

WriteOutcome EventPrinter::finish() {
  if (options_.format != OutputFormat::json) return WriteOutcome::ok;
  return write_stdout(any_ ? "\n]\n" : "[]\n");
}

}  // namespace relay
