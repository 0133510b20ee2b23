#include <string>

#include "unit/event/envelope_support.h"

using namespace relay;
using namespace relay::test;

TEST_CASE("An envelope is recognised by its keys, the more telling ones first") {
  const auto type = [](std::string_view json) { return std::string(event_of(json)->type()); };
  CHECK(type(R"({"specversion":"1.0","id":"1","source":"/s","type":"a.b","data":{}})") == "a.b");
  CHECK(type(R"({"event_id":"e","event_type":"task_started","data":{},"type":"x"})") ==
        "marcus.events.task_started");
  CHECK(type(R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})") == "mcp.log");
  CHECK(type(R"({"object":"trace","id":"t","type":"x"})") == "openai.agents.trace");
  CHECK(type(R"({"event":"on_tool_start","run_id":"r","data":{}})") == "langchain.tool.start");
  CHECK(type(R"({"event":"pm_decision","logger":"l","level":"info"})") == "marcus.conversations.pm_decision");
  CHECK(type(R"({"tool_name":"t","client_id":"c","success":true,"event_type":"tool_call"})") ==
        "marcus.audit.tool_call");
  CHECK(type(R"({"client_type":"t","client_id":"c","event_type":"access_denied"})") ==
        "marcus.audit.access_denied");
  CHECK(type(R"({"event_type":"ping_request","data":{}})") == "marcus.agent_events.ping_request");
  CHECK(type(R"({"type":"a.b","data":1,"timestamp":"2026-03-01T12:00:00Z"})") == "a.b");
  CHECK(type(R"({"type":"a.b","data":1})") == "a.b");
  CHECK(type(R"({"type":"server_startup","timestamp":"2026-03-01T12:00:00Z"})") ==
        "marcus.realtime.server_startup");
  CHECK(type(R"({"type":"mine","x":1})") == "mine");
  CHECK(type(R"({"x":1})") == "generic");
  CHECK(type(R"({"type":5})") == "generic");
}

TEST_CASE("A generic event keeps the whole object as data") {
  const EventRef event = event_of(R"( {"x":1, "timestamp":"2026-03-01T12:00:00Z"} )");
  CHECK(event->data() == R"({"x":1, "timestamp":"2026-03-01T12:00:00Z"})");
  CHECK(event->time_us() == kStamp);
  CHECK(event->source() == "/http");
  CHECK(event->id().size() == 36);
  CHECK(event->priority() == Priority::normal);
  CHECK_FALSE(event->fields().has_priority);
  CHECK(event_of(R"({"timestamp":"soon"})")->time_us() == kNow);
}

TEST_CASE("An OTLP export is refused by name") {
  CHECK(error_of(R"({"resourceLogs":[]})") == "unsupported_envelope ");
  CHECK(error_of(R"({"resourceSpans":[]})") == "unsupported_envelope ");
}

TEST_CASE("MCP notifications become events, requests do not") {
  const EventRef log = event_of(
      R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"warning","logger":"db","data":"x"}})");
  CHECK(log->fields().severity == "warning");
  CHECK(log->source() == "/mcp/db");
  CHECK(log->fields().origin == "mcp/notifications/message");
  CHECK(log->data() == R"({"level":"warning","logger":"db","data":"x"})");
  CHECK(event_of(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})")->type() ==
        "mcp.tools.list_changed");
  CHECK(error_of(R"({"jsonrpc":"2.0","id":1,"method":"tools/call"})") == "unsupported_envelope method");
  CHECK(error_of(R"({"jsonrpc":"2.0","id":1,"result":{}})") == "unsupported_envelope method");
}

TEST_CASE("LangChain and OpenAI records keep what links them") {
  const EventRef chain =
      event_of(R"({"event":"on_chat_model_stream","run_id":"r1","metadata":{"thread_id":"t1"},"data":{}})");
  CHECK(chain->type() == "langchain.chat_model.stream");
  CHECK(chain->fields().correlation_id == "r1");
  CHECK(chain->subject() == "t1");
  const EventRef span =
      event_of(R"({"object":"trace.span","id":"s1","trace_id":"t1","started_at":"2026-03-01T11:00:00Z",)"
               R"("ended_at":"2026-03-01T12:00:00Z","span_data":{"type":"function"}})");
  CHECK(span->type() == "openai.agents.function.ended");
  CHECK(span->id() == "s1");
  CHECK(span->fields().correlation_id == "t1");
  CHECK(span->time_us() == kStamp);
}

TEST_CASE("Rows 45 to 49 and 53: JSON the relay does not take is refused with its place") {
  const std::string deep = R"({"type":"a","data":)" + std::string(64, '[') + std::string(64, ']') + "}";
  CHECK(error_of(deep) == "bad_json byte 82");
  CHECK(error_of("{\"type\":\"a\",\"data\":\"\xFF\"}") == "bad_json byte 20");
  CHECK(error_of(R"({"type":"a","data":"\ud800"})") == "bad_json byte 20");
  CHECK(error_of(R"({"type":"a","data":NaN})") == "bad_json byte 19");
  CHECK(error_of(R"({"type":"a","data":1e400})") == "bad_json byte 19");
  CHECK(error_of(R"({"type":"a","data":1}x)") == "bad_json byte 21");
  CHECK(error_of("\xEF\xBB\xBF{}") == "bad_json byte 0");
  CHECK(error_of("") == "bad_json byte 0");
  CHECK(error_of("[]") == "not_object ");
  CHECK(error_of("5") == "not_object ");
}

TEST_CASE("Rows 47 and 48: a log line keeps lone surrogates escaped and gets null for NaN, counted") {
  uint64_t repaired = 0;
  EnvelopeOptions options = log_file(EnvelopeOptions::Hint::agent_events);
  options.repaired = &repaired;
  const EventRef event = event_of(
      R"({"timestamp":"2026-03-01T12:00:00+00:00","event_type":"x","data":{"a":NaN,"b":-Infinity,"c":"\ud800 NaN"}})",
      options);
  CHECK(event->data() == R"({"a":null,"b":null,"c":"\ud800 NaN"})");
  CHECK(repaired == 2);
  CHECK(error_of(R"({"event_type":"x","data":NaN)", options) == "bad_json byte 29");
}

TEST_CASE("Rows 50 and 52: large integers and escaped NUL reach the event as they were written") {
  CHECK(event_of(R"({"type":"a","data":[18446744073709551616,"x\u0000y"]})")->data() ==
        R"([18446744073709551616,"x\u0000y"])");
}

TEST_CASE("Row 51: a key that appears twice in the envelope is refused, in data it is not") {
  CHECK(error_of(R"({"type":"a","data":1,"type":"b"})") == "duplicate_key type");
  CHECK(error_of(R"({"type":"a","data":1,"\u0074ype":"b"})") == "duplicate_key type");
  CHECK(error_of(R"({"":1,"":2})") == "duplicate_key ");
  CHECK(error_of(R"({"type":"a","data":{"k":1,"k":2}})").empty());
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i) + "\":0,";
  CHECK(error_of(many + R"("x":1})").empty());
  CHECK(error_of(many + R"("k50":1})") == "duplicate_key k50");
}

TEST_CASE("Row 54: a room with control characters, wildcards or too many bytes is refused") {
  const auto with_room = [](const std::string& room) {
    return R"({"type":"a","data":1,"room":")" + room + "\"}";
  };
  CHECK(event_of(with_room("team \xC3\xA4"))->room() == "team \xC3\xA4");
  for (const char* room : {"a\\rb", "a\\nb", "a*", ">", "\\u0000", "\\u007f"})
    CHECK(error_of(with_room(room)) == "bad_room room");
  CHECK_FALSE(is_valid_room("\xFF"));
  CHECK(error_of(with_room(std::string(200, 'r'))).empty());
  CHECK(error_of(with_room(std::string(201, 'r'))) == "bad_room room");
}

TEST_CASE("A type is printable ASCII without wildcards, commas, quotes or blanks") {
  for (const char* type : {"a b", "a*", "a,b", "a\\\"b", "a'b", "a\\\\b", "\xC3\xA4", "a\\u0000"})
    CHECK(error_of(std::string(R"({"data":1,"type":")") + type + "\"}") == "bad_type type");
  CHECK(is_valid_type("com.example/thing:v1_x-2"));
  CHECK(is_valid_type(std::string(255, 'a')));
  CHECK_FALSE(is_valid_type(std::string(256, 'a')));
  CHECK_FALSE(is_valid_type(""));
}

TEST_CASE("Data beyond the limit is refused") {
  EnvelopeOptions options = http();
  options.max_data = 10;
  CHECK(error_of(R"({"type":"a","data":"12345678"})", options).empty());
  CHECK(error_of(R"({"type":"a","data":"123456789"})", options) == "too_large data");
}

TEST_CASE("Attributes that could break a line or a log are refused") {
  CHECK(error_of(R"({"type":"a","data":1,"id":"x\ny"})") == "bad_field id");
  CHECK(error_of(R"({"type":"a","data":1,"subject":")" + std::string(4097, 's') + "\"}") ==
        "bad_field subject");
}

TEST_CASE("A body may hold one event or an array of them") {
  CHECK(parse_events(R"({"type":"a","data":1})", http())->size() == 1);
  const auto events = parse_events(R"([{"type":"a","data":1}, {"type":"b","data":2}])", http());
  REQUIRE(events);
  REQUIRE(events->size() == 2);
  CHECK((*events)[1]->type() == "b");
  CHECK((*events)[0]->id() != (*events)[1]->id());
  CHECK(parse_events("[]", http())->empty());
}

TEST_CASE("An array with one bad event is refused whole, naming the event and field") {
  const auto events = parse_events(R"([{"type":"a","data":1},{"type":"b c","data":1}])", http());
  REQUIRE_FALSE(events);
  CHECK(events.error().code == "bad_type");
  CHECK(events.error().subject == "events[1].type");
  CHECK(parse_events("[1]", http()).error().subject == "events[0]");
  EnvelopeOptions few = http();
  few.max_events = 2;
  CHECK(parse_events("[{},{}]", few));
  CHECK(parse_events("[{},{},{}]", few).error().code == "too_many_events");
}

TEST_CASE("NDJSON is read line by line, all or none, naming the line") {
  const auto events =
      parse_ndjson("{\"type\":\"a\",\"data\":1}\r\n\n  \n{\"type\":\"b\",\"data\":2}", http());
  REQUIRE(events);
  CHECK(events->size() == 2);
  const auto bad = parse_ndjson("{\"type\":\"a\",\"data\":1}\n\n{\"type\":\"b c\",\"data\":2}\n", http());
  REQUIRE_FALSE(bad);
  CHECK(bad.error().subject == "line 3, type");
  CHECK(parse_ndjson("{}\n{", http()).error().subject == "line 2, byte 1");
  CHECK(parse_ndjson("{}\n[]", http()).error().subject == "line 2");
  CHECK(parse_ndjson("", http())->empty());
}

TEST_CASE("Backfill is marked on the event") {
  EnvelopeOptions options = http();
  options.backfill = true;
  CHECK(event_of("{}", options)->is_backfill());
  CHECK_FALSE(event_of("{}")->is_backfill());
}

TEST_CASE("A line leaves nothing behind for the next") {
  const auto events = parse_ndjson(
      "{\"\\u0074ype\":\"a\",\"data\":1,\"subject\":\"s\",\"1\":1,\"2\":1,\"3\":1,\"4\":1,\"5\":1,\"6\":1,"
      "\"7\":1,\"8\":1,\"9\":1,\"10\":1,\"11\":1,\"12\":1,\"13\":1,\"14\":1,\"15\":1}\n"
      "{\"type\":\"b\",\"data\":2}\n{\"x\":3}",
      http());
  REQUIRE(events);
  REQUIRE(events->size() == 3);
  CHECK((*events)[0]->type() == "a");
  CHECK((*events)[0]->subject() == "s");
  CHECK((*events)[1]->type() == "b");
  CHECK((*events)[1]->subject().empty());
  CHECK((*events)[2]->type() == "generic");
}

TEST_CASE("A part of a text that was checked gives the event, or the error, that it gives by itself") {
  for (const std::string_view json :
       {R"({"type":"a","data":{"n":[1,2]},"id":"i","timestamp":"2026-03-01T12:00:00Z"})",
        R"({"specversion":"1.0","id":"i","source":"/s","type":"t","x":1,"data":"d"})",
        R"({"event_type":"progress_update","data":{},"timestamp":"2026-03-01T12:00:00Z"})",
        R"({"type":"a","type":"b"})", R"({"type":"a b","data":1})", R"({"type":5,"data":1})", "[]", "1",
        R"("x")", R"( {"t\u0079pe":"a","data":1} )"}) {
    INFO(json);
    const Result<EventRef> whole = parse_event(json, http());
    const Result<EventRef> part = parse_checked_event(json, http());
    REQUIRE(whole.has_value() == part.has_value());
    if (whole) {
      CHECK((*whole)->type() == (*part)->type());
      CHECK((*whole)->data() == (*part)->data());
      CHECK((*whole)->fields().extensions == (*part)->fields().extensions);
      CHECK((*whole)->time_us() == (*part)->time_us());
    } else {
      CHECK(whole.error().to_string() == part.error().to_string());
    }
  }
  CHECK(parse_checked_events("[{},{}]", http())->size() == 2);
  CHECK(parse_checked_events("[{},1]", http()).error().subject == "events[1]");
}

TEST_CASE("the relay's own types are refused unless they are asked for") {
  CHECK(error_of(R"({"type":"seneca.emit","data":{}})") == "reserved_type type");
  CHECK(error_of(R"({"specversion":"1.0","id":"1","source":"/s","type":"seneca.x"})") ==
        "reserved_type type");
  CHECK(error_of(R"({"type":"senecas.emit","data":{}})").empty());
  EnvelopeOptions options = http();
  options.reserved_types = true;
  CHECK(event_of(R"({"type":"seneca.emit","data":{}})", options)->type() == "seneca.emit");
}
