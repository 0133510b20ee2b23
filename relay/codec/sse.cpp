#include "codec/sse.h"

#include <algorithm>
#include <cstddef>

namespace relay {
namespace {

void append_line(std::string& out, std::string_view field, std::string_view value) {
  out += field;
  for (const char c : value)
    if (c != '\r' && c != '\n') out += c;
  out += '\n';
}

}  // namespace

void append_sse_event(std::string& out, std::string_view id, std::string_view event, std::string_view data) {
  if (!id.empty()) append_line(out, "id: ", id);
  if (!event.empty()) append_line(out, "event: ", event);
  for (;;) {
    const size_t end = std::min(data.find_first_of("\r\n"), data.size());
    out += "data: ";
    out += data.substr(0, end);
    out += '\n';
    if (end == data.size()) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  out += '\n';
}

void append_sse_comment(std::string& out, std::string_view text) {
  append_line(out, text.empty() ? ":" : ": ", text);
  out += '\n';
}

void append_sse_retry(std::string& out, int64_t retry_ms) {
  append_line(out, "retry: ", std::to_string(retry_ms));
  out += '\n';
}

}  // namespace relay
