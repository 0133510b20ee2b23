#include "cli/output/logfmt.h"

#include <algorithm>

#include "base/printable.h"
#include "cli/output/text_width.h"

namespace relay {
namespace {

bool needs_quotes(std::string_view value) {
  return value.empty() || std::any_of(value.begin(), value.end(), [](unsigned char c) {
           return c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f;
         });
}

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void append_logfmt(std::string& line, std::string_view key, std::string_view value) {
  if (!line.empty()) line += ' ';
  line.append(printable(key)).append("=");
  if (needs_quotes(value))
    line.append("\"").append(printable(escaped(value))).append("\"");
  else
    line.append(printable(value));
}

}  // namespace relay
