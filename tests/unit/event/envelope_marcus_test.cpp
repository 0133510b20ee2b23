#include "unit/event/envelope_support.h"

using namespace relay;
using namespace relay::test;
using Hint = EnvelopeOptions::Hint;

TEST_CASE("An agent_events record keeps its data and its name") {
  const EventRef event = event_of(
      R"({"timestamp":"2026-03-01T12:00:00+00:00","event_type":"progress_update","data":{"agent_id":"a1"}})",
      log_file(Hint::agent_events));
  CHECK(event->type() == "marcus.agent_events.progress_update");
  CHECK(event->data() == R"({"agent_id":"a1"})");
  CHECK(event->fields().origin == "agent_events/progress_update");
  CHECK(event->time_us() == kStamp);
  CHECK(event->id() == "file.jsonl:120");
  CHECK(event->source() == "/marcus/main/file");
}

TEST_CASE("A conversations record is kept whole, free-text names become record") {
  const std::string line =
      R"({"event":"worker_communication","logger":"l","level":"info","message":"m","timestamp":"2026-03-01T12:00:00Z"})";
  const EventRef event = event_of(line, log_file(Hint::conversations));
  CHECK(event->type() == "marcus.conversations.worker_communication");
  CHECK(event->data() == line);
  CHECK(event->fields().severity == "info");
  const EventRef tool =
      event_of(R"({"event":"MCP tool 'x'\nfailed","level":"warning"})", log_file(Hint::conversations));
  CHECK(tool->type() == "marcus.conversations.record");
  CHECK(tool->fields().origin == "conversations/MCP tool 'x' failed");
}

TEST_CASE("The hint of a file source overrules recognition") {
  const std::string line = R"({"timestamp":"2026-03-01T12:00:00Z","type":"task_assignment","data":{"x":1}})";
  CHECK(event_of(line)->type() == "task_assignment");
  const EventRef realtime = event_of(line, log_file(Hint::realtime));
  CHECK(realtime->type() == "marcus.realtime.task_assignment");
  CHECK(realtime->data() == line);
  CHECK(event_of(R"({"x":1})", log_file(Hint::audit))->type() == "marcus.audit.record");
  CHECK(event_of(R"({"event_type":"tool_call"})", log_file(Hint::audit))->data() ==
        R"({"event_type":"tool_call"})");
}

TEST_CASE("A Marcus Event keeps its id, takes metadata into data and names the agent as subject") {
  const EventRef event =
      event_of(R"({"event_id":"evt_1_2","timestamp":"2026-03-01T12:00:00+00:00","event_type":"task_started",)"
               R"("source":"agent-1","data":{"task_id":"t"},"metadata":{"k":1}})");
  CHECK(event->type() == "marcus.events.task_started");
  CHECK(event->id() == "evt_1_2");
  CHECK(event->data() == R"({"task_id":"t","metadata":{"k":1}})");
  CHECK(event->subject() == "agent:agent-1");
  CHECK(event->fields().origin == "events/task_started");
  const EventRef own =
      event_of(R"({"event_id":"e","event_type":"x","source":"marcus","data":{ },"metadata":{}})");
  CHECK(own->subject().empty());
  CHECK(own->data() == "{ }");
}

TEST_CASE("An unreadable time stamp is now in a log file and an error elsewhere") {
  const std::string line = R"({"timestamp":"03/01/26","event_type":"x","data":{}})";
  CHECK(event_of(line, log_file(Hint::agent_events))->time_us() == kNow);
  CHECK(error_of(line) == "bad_field timestamp");
  CHECK(event_of(R"({"timestamp":12,"event_type":"x"})", log_file(Hint::agent_events))->time_us() == kNow);
}

TEST_CASE("A time stamp without zone is taken in the zone of the source") {
  EnvelopeOptions options = log_file(Hint::agent_events);
  options.naive_tz_offset_s = -3600;
  CHECK(event_of(R"({"timestamp":"2026-03-01T11:00:00","event_type":"x"})", options)->time_us() == kStamp);
}

TEST_CASE("A name that is no text is an error, in a log file a record") {
  CHECK(error_of(R"({"event_type":5,"data":{}})") == "bad_field event_type");
  CHECK(event_of(R"({"event_type":5,"data":{}})", log_file(Hint::agent_events))->type() ==
        "marcus.agent_events.record");
}

TEST_CASE("A long name is cut at a character in origin") {
  std::string name(127, 'n');
  name += "\xE2\x82\xAC";
  const EventRef event = event_of(R"({"event_type":")" + name + R"(","data":{}})");
  CHECK(event->type() == "marcus.agent_events.record");
  CHECK(event->fields().origin == "agent_events/" + std::string(127, 'n'));
}
