// Events through a jq program: what it makes of an event replaces it, more become events behind it, nothing
// drops it.
#include <seneca/ext/process.h>
#include <seneca/cloudevent.hpp>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>

#include <array>
#include <stdexcept>
#include <string>

#include "program.h"

namespace {

using plugins::Program;
using plugins::Value;

struct Attribute {
  const char* name;
  std::string_view (seneca::Event::*read)() const noexcept;
  void (seneca::Event::*write)(std::string_view);
  std::string_view seneca::NewEvent::*field;
};

using seneca::Event;
using seneca::NewEvent;

constexpr std::array kAttributes = {
    Attribute{"id", &Event::id, &Event::id, &NewEvent::id},
    Attribute{"source", &Event::source, &Event::source, &NewEvent::source},
    Attribute{"type", &Event::type, &Event::type, &NewEvent::type},
    Attribute{"subject", &Event::subject, &Event::subject, &NewEvent::subject},
    Attribute{"severitytext", &Event::severity, &Event::severity, &NewEvent::severity},
    Attribute{"correlationid", &Event::correlation_id, &Event::correlation_id, &NewEvent::correlation_id},
    Attribute{"traceparent", &Event::traceparent, &Event::traceparent, &NewEvent::traceparent},
    Attribute{"origin", &Event::origin, &Event::origin, &NewEvent::origin},
    Attribute{"room", &Event::room, &Event::room, &NewEvent::room},
};

constexpr std::array kPriorities = {"", "critical", "high", "normal", "low"};

std::string text_member(const Value& object, const char* name) {
  const Value value = object.member(name);
  if (value.is(JV_KIND_STRING)) return value.text();
  if (value.is(JV_KIND_INVALID) || value.is(JV_KIND_NULL)) return "";
  throw std::runtime_error(std::string(name) + " must be a string");
}

seneca::Priority priority_of(const Value& object) {
  const std::string name = text_member(object, "priority");
  for (size_t i = 0; i < kPriorities.size(); ++i)
    if (name == kPriorities[i]) return static_cast<seneca::Priority>(i);
  throw std::runtime_error("priority must be critical, high, normal or low");
}

class Jq {
 public:
  static constexpr const char* schema = R"({
    "properties": {
      "program": {"type": "string", "minLength": 1,
                  "description": "A jq program. Its input is the event as CloudEvents JSON."},
      "in_relay": {"type": "boolean", "default": false,
                   "description": "Whether it may run in the relay, which a program can hang, and end by using up its memory."}
    },
    "required": ["program"], "additionalProperties": false})";

  Jq(seneca::Host host, std::string_view config) : program_(program_of(host, seneca::JsonView(config))) {}

  seneca::Verdict operator()(Event& event) {
    std::string json;
    seneca::append_cloudevent(json, event);
    const Value input = Value::parse(json);
    const std::string source(event.source());
    program_.start(Value(input.share()));
    const Value first = program_.next();
    if (first.is(JV_KIND_INVALID)) return event.drop("the program has no output");
    replace(event, input, first);
    for (Value more = program_.next(); !more.is(JV_KIND_INVALID); more = program_.next())
      emit(event, source, more);
    return seneca::Verdict::pass;
  }

 private:
  static std::string program_of(const seneca::Host& host, const seneca::JsonView& config) {
    if (host.extension(SENECA_PROCESS) == nullptr && config.get("in_relay").raw() != "true")
      throw std::invalid_argument(
          "libjq cannot be stopped, and ends the process when memory runs out: give it a process of its own "
          "with "
          "\"isolation\": \"process\", or say \"in_relay\": true");
    return config.get("program").string();
  }

  static void check_object(const Value& output) {
    if (!output.is(JV_KIND_OBJECT))
      throw std::runtime_error("the program's output is no event: " + output.json().substr(0, 60));
  }

  void replace(Event& event, const Value& input, const Value& output) const {
    check_object(output);
    for (const Attribute& each : kAttributes) {
      const std::string text = text_member(output, each.name);
      if (text != (event.*each.read)()) (event.*each.write)(text);
    }
    if (const seneca::Priority priority = priority_of(output); priority != event.priority())
      event.priority(priority);
    // Untouched data stays byte for byte what it was: jq's numbers are doubles.
    const Value data = output.member("data");
    if (!data.equals(input.member("data"))) event.data(data.is(JV_KIND_INVALID) ? "" : data.json());
  }

  static void emit(Event& event, const std::string& source, const Value& output) {
    check_object(output);
    std::array<std::string, kAttributes.size()> texts;
    NewEvent fresh;
    for (size_t i = 0; i < kAttributes.size(); ++i) {
      texts[i] = text_member(output, kAttributes[i].name);
      fresh.*kAttributes[i].field = texts[i];
    }
    if (fresh.source.empty()) fresh.source = source;
    // A copy of the event is another event.
    if (fresh.id == event.id()) fresh.id = "";
    const Value data = output.member("data");
    const std::string data_json = data.is(JV_KIND_INVALID) ? "" : data.json();
    fresh.data = data_json;
    fresh.priority = priority_of(output);
    event.emit(fresh);
  }

  Program program_;
};

}  // namespace

SENECA_PLUGIN(Jq, "seneca.jq", "1.0.0", "asks a jq program what becomes of an event")
