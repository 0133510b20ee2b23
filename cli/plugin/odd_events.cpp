#include "cli/plugin/odd_events.h"

#include <cstdint>
#include <utility>

namespace relay {
namespace {

constexpr size_t kMaxData = 64000;
constexpr size_t kMaxText = 8192;
constexpr int kMaxDepth = 64;

std::string repeated(const std::string& text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::vector<std::pair<std::string, std::string>> odd_data() {
  return {{"no data", ""},
          {"null", "null"},
          {"a boolean", "false"},
          {"a number", "0"},
          {"the number -0", "-0"},
          {"a huge number", "1e308"},
          {"a number of many digits", "0." + repeated("123456789", 100)},
          {"an integer beyond 64 bits", "123456789012345678901234567890"},
          {"an empty text", R"("")"},
          {"a text", R"("text")"},
          {"an empty array", "[]"},
          {"an array of all kinds", R"([null,true,-1.5e-3,"x",[],{}])"},
          {"an empty object", "{}"},
          {"an empty key", R"({"":1})"},
          {"the same key twice", R"({"a":1,"a":{"a":2}})"},
          {"a key written with escapes", R"({"\u0073tatus":"idle"})"},
          {"escapes", R"({"a":"\"\\\/\b\f\n\r\t\u0041\u0000"})"},
          {"a surrogate pair", R"({"a":"\ud83d\ude00"})"},
          {"all of UTF-8",
           "{\"a\":\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"}"},
          {"text that turns its direction", "{\"a\":\"\xe2\x80\xae txt.exe \xe2\x80\x8b\"}"},
          {"blanks everywhere", " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } }\n"},
          {"arrays as deep as allowed", repeated("[", kMaxDepth) + repeated("]", kMaxDepth)},
          {"objects as deep as allowed",
           repeated("{\"a\":", kMaxDepth - 1) + "{}" + repeated("}", kMaxDepth - 1)},
          {"members of other kinds than usual",
           R"({"id":1,"type":null,"status":[],"agent_id":{},"task_id":true,"timestamp":{},"message":0})"},
          {"as much data as allowed", '"' + std::string(kMaxData - 2, 'x') + '"'},
          {"as many members as allowed", "[" + repeated("0,", kMaxData / 2 - 2) + "0]"}};
}

EventFields usual_fields(const std::string& type) {
  EventFields fields;
  fields.id = "odd";
  fields.source = "/odd";
  fields.type = type;
  fields.subject = "agent:a1";
  fields.data = R"({"agent_id":"a1","status":"idle"})";
  fields.time_us = 1767225600'000000;
  return fields;
}

}  // namespace

std::vector<OddEvent> make_odd_events(const std::vector<std::string>& types) {
  std::vector<OddEvent> events;
  const auto add = [&events](const std::string& name, const EventFields& fields) {
    events.push_back({name, Event::make(fields)});
  };
  const std::string long_text(kMaxText, 'x');
  for (const std::string& type : types) {
    const EventFields usual = usual_fields(type);
    add("nothing odd", usual);
    for (const auto& [name, data] : odd_data()) {
      EventFields fields = usual;
      fields.data = data;
      add("data: " + name, fields);
    }
    const auto with = [&](const std::string& name, auto change) {
      EventFields fields = usual;
      change(fields);
      add(name, fields);
    };
    with("no subject", [](EventFields& fields) { fields.subject = {}; });
    with("a subject of colons", [](EventFields& fields) { fields.subject = ":::"; });
    with("every text as long as allowed", [&](EventFields& fields) {
      fields.id = fields.source = fields.subject = fields.severity = fields.correlation_id = long_text;
      fields.origin = fields.traceparent = fields.room = long_text;
    });
    with("other attributes", [](EventFields& fields) { fields.extensions = R"("a":1,"b":"x","a":null)"; });
    with("the beginning of time", [](EventFields& fields) { fields.time_us = 0; });
    with("before the beginning of time", [](EventFields& fields) { fields.time_us = -62135596800'000000; });
    with("the end of time", [](EventFields& fields) { fields.time_us = 253402300799'000000; });
    with("a priority of its own", [](EventFields& fields) {
      fields.priority = Priority::critical;
      fields.has_priority = true;
    });
  }
  return events;
}

}  // namespace relay
