#include "ingest/demo_json.h"

#include <cstdio>

namespace relay {
namespace {

void append_escape(std::string& out, uint32_t unit) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", unit & 0xffff);
  out += text;
}

// Appends the escape of the UTF-8 sequence at the start of `text`; returns its length.
size_t append_escaped(std::string& out, std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  uint32_t code = lead & (0xffu >> (length + 1));
  for (size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<uint8_t>(text[i]) & 0x3f);
  if (code < 0x10000) {
    append_escape(out, code);
  } else {
    append_escape(out, 0xd800 + ((code - 0x10000) >> 10));
    append_escape(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
  }
  return length;
}

}  // namespace

std::string demo_quote(std::string_view text) {
  std::string quoted = "\"";
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if ((c & 0x80) != 0) {
      at += append_escaped(quoted, text.substr(at));
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n')
      quoted += "\\n";
    else
      quoted += c;
    ++at;
  }
  return quoted + "\"";
}

DemoJson& DemoJson::raw(std::string_view key, std::string_view json) {
  if (!members_.empty()) members_ += ", ";
  members_ += demo_quote(key);
  members_ += ": ";
  members_ += json;
  return *this;
}

DemoJson& DemoJson::members_of(std::string_view other) {
  const std::string_view members = other.substr(1, other.size() - 2);
  if (members.empty()) return *this;
  if (!members_.empty()) members_ += ", ";
  members_ += members;
  return *this;
}

}  // namespace relay
