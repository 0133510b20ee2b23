#include "cli/output/event_format.h"

#include <cstdlib>
#include <ctime>

#include "base/printable.h"
#include "cli/output/logfmt.h"
#include "cli/output/text_width.h"
#include "support/catch.h"

namespace relay {
namespace {

constexpr const char* kEvent =
    R"({"specversion":"1.0","id":"1","type":"agent.status.changed","subject":"agent:dev-1",)"
    R"("time":"2026-03-03T23:53:00.123Z","priority":"high","sequence":"7",)"
    R"("data":{"status":"busy now","agent":{"id":"dev-1"},"list":[1,{"x":"y"}],"none":null}})";

std::string text(const char* event, size_t columns = 0, bool color = false) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  EventFormatOptions options;
  options.columns = columns;
  options.color = color;
  return format_event(event, options);
}

std::string fields(OutputFormat format, std::vector<std::string> names) {
  EventFormatOptions options;
  options.format = format;
  options.fields = std::move(names);
  return format_event(kEvent, options);
}

TEST_CASE("the text line has time, type, subject, priority and data in columns") {
  CHECK(text(kEvent) ==
        "23:53:00.123 agent.status.changed     agent:dev-1    high     "
        R"({"status":"busy now","agent":{"id":"dev-1"},"list":[1,{"x":"y"}],"none":null})");
  CHECK(text(R"({"type":"x","data":1})") ==
        "-            x                        -              normal   1");
}

TEST_CASE("the text line is cut to the terminal and colours take no room") {
  const std::string plain = text(kEvent, 70);
  CHECK(columns(plain) == 70);
  CHECK(plain.substr(plain.size() - 3) == "\xE2\x80\xA6");
  const std::string colored = text(kEvent, 70, true);
  CHECK(colored.find("\x1b[33m high") != std::string::npos);
  CHECK(colored.find("\x1b[2m23:53:00.123\x1b[0m") == 0);
  CHECK(columns(text(kEvent, 20)) == 20);
}

TEST_CASE("an event cannot steer the terminal") {
  const std::string line = text(R"({"type":"a\u001b[2Jb","subject":"\u0007","data":"\u009b1m\u007f"})");
  CHECK(line.find('\x1b') == std::string::npos);
  CHECK(line.find("a\\x1b[2Jb") != std::string::npos);
  CHECK(line.find("\\x9b1m\\x7f") != std::string::npos);
}

TEST_CASE("jsonl is the event's own bytes on one line") {
  EventFormatOptions options;
  options.format = OutputFormat::jsonl;
  CHECK(format_event("{\"a\": 1.00,\n\"b\":\"x\\n\"}", options) == "{\"a\": 1.00, \"b\":\"x\\n\"}");
}

TEST_CASE("fields name attributes and paths into the data") {
  CHECK(fields(OutputFormat::text,
               {"type", "data.agent.id", "data.list.1.x", "data.list", "absent", "data.none"}) ==
        "agent.status.changed\tdev-1\ty\t[1,{\"x\":\"y\"}]\t-\tnull");
  CHECK(fields(OutputFormat::logfmt, {"type", "data.status", "absent"}) ==
        "type=agent.status.changed data.status=\"busy now\"");
  CHECK(fields(OutputFormat::jsonl, {"sequence", "data.list.7"}) == R"({"sequence":"7","data.list.7":null})");
}

TEST_CASE("logfmt flattens the event") {
  EventFormatOptions options;
  options.format = OutputFormat::logfmt;
  CHECK(format_event(R"({"type":"x","data":{"a":{"b":1},"s":"","q":"a\"b\n","e":{}}})", options) ==
        R"(type=x data.a.b=1 data.s="" data.q="a\"b\n" data.e={})");
}

TEST_CASE("what is no event is shown, made harmless") { CHECK(text("not json\x01") == "not json\\x01"); }

TEST_CASE("widths count columns, not bytes") {
  CHECK(columns("h\xC3\xA9llo") == 5);
  CHECK(columns("\xE6\xBC\xA2\xE5\xAD\x97") == 4);
  CHECK(columns("e\xCC\x81") == 1);
  CHECK(clip("\xE6\xBC\xA2\xE5\xAD\x97", 3) == "\xE6\xBC\xA2\xE2\x80\xA6");
  CHECK(clip("abc", 3) == "abc");
  CHECK(clip("abc", 0).empty());
  CHECK(printable("a\xFFz\xC2\x9B") == "a\xEF\xBF\xBDz\\x9b");
  CHECK(printable("txt.\u202Eexe\u2066 \u200F\u061C") == "txt.\\u202eexe\\u2066 \\u200f\\u061c");
  CHECK(printable("\u05E9\u05DC\u05D5\u05DD") == "\u05E9\u05DC\u05D5\u05DD");
}

}  // namespace
}  // namespace relay
