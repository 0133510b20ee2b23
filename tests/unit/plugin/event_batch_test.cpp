#include "plugin/event_batch.h"

#include <string>
#include <vector>

#include "support/plugin_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

int32_t set(const EventBatch& batch, uint32_t i, int32_t field, std::string_view text) {
  return batch.abi()->set(batch.abi(), i, field, to_str(text));
}

int32_t emit(const EventBatch& batch, uint32_t i, std::string_view type, std::string_view data = {}) {
  seneca_event event{};
  event.size = sizeof event;
  event.type = to_str(type);
  event.source = to_str("/made");
  event.data = to_str(data);
  return batch.abi()->emit(batch.abi(), i, &event);
}

}  // namespace

TEST_CASE("a plugin sees every attribute of an event") {
  EventFields fields;
  fields.id = "id";
  fields.source = "source";
  fields.type = "type";
  fields.subject = "subject";
  fields.data = "{}";
  fields.severity = "severity";
  fields.correlation_id = "correlation";
  fields.traceparent = "trace";
  fields.origin = "origin";
  fields.room = "room";
  fields.extensions = "\"a\":1";
  fields.time_us = 42;
  fields.priority = Priority::low;
  fields.has_priority = true;
  const EventRef event = Event::make(fields);
  EventBatch batch({});
  batch.assign({&event, 1});
  REQUIRE(batch.abi()->count == 1);
  const seneca_event& seen = *batch.abi()->events[0];
  CHECK(seen.size == sizeof seen);
  CHECK(to_view(seen.id) == "id");
  CHECK(to_view(seen.source) == "source");
  CHECK(to_view(seen.type) == "type");
  CHECK(to_view(seen.subject) == "subject");
  CHECK(to_view(seen.data) == "{}");
  CHECK(to_view(seen.severity) == "severity");
  CHECK(to_view(seen.correlation_id) == "correlation");
  CHECK(to_view(seen.traceparent) == "trace");
  CHECK(to_view(seen.origin) == "origin");
  CHECK(to_view(seen.room) == "room");
  CHECK(to_view(seen.extensions) == "\"a\":1");
  CHECK(seen.time_us == 42);
  CHECK(seen.priority == SENECA_PRIORITY_LOW);
  CHECK(batch.abi()->verdicts[0] == SENECA_PASS);
  CHECK(seen.data.ptr == event->data().data());
}

TEST_CASE("an event whose source chose no priority has none, also after a change") {
  const EventRef event = make_event("a");
  event->set_priority(Priority::high);
  EventBatch batch({});
  batch.assign({&event, 1});
  CHECK(batch.abi()->events[0]->priority == SENECA_PRIORITY_UNSET);
  set(batch, 0, SENECA_FIELD_SUBJECT, "s");
  batch.close();
  CHECK(batch.event(0).priority() == Priority::high);
  CHECK_FALSE(batch.event(0).fields().has_priority);
}

TEST_CASE("what set changes shows at once") {
  const EventRef event = make_event("a");
  EventBatch batch({});
  batch.assign({&event, 1});
  CHECK(set(batch, 0, SENECA_FIELD_TYPE, "b.c") == SENECA_OK);
  CHECK(to_view(batch.abi()->events[0]->type) == "b.c");
  CHECK(set(batch, 0, SENECA_FIELD_DATA, "") == SENECA_OK);
  CHECK(to_view(batch.abi()->events[0]->data).empty());
}

TEST_CASE("set refuses what would make a bad event") {
  EventBatch::Limits limits;
  limits.fields = {10, 5};
  const EventRef event = make_event("a");
  EventBatch batch(limits);
  batch.assign({&event, 1});
  const std::vector<std::pair<int32_t, std::string_view>> bad = {{SENECA_FIELD_ID, ""},
                                                                 {SENECA_FIELD_SOURCE, ""},
                                                                 {SENECA_FIELD_TYPE, ""},
                                                                 {SENECA_FIELD_TYPE, "a b"},
                                                                 {SENECA_FIELD_SUBJECT, "\xC0\x80"},
                                                                 {SENECA_FIELD_SUBJECT, "123456"},
                                                                 {SENECA_FIELD_DATA, "{"},
                                                                 {SENECA_FIELD_DATA, "12345678901"},
                                                                 {SENECA_FIELD_DATA, "1 2"},
                                                                 {SENECA_FIELD_ROOM, "a\r"},
                                                                 {SENECA_FIELD_EXTENSIONS, "1"},
                                                                 {0, "x"},
                                                                 {12, "x"},
                                                                 {-1, "x"}};
  for (const auto& [field, text] : bad) {
    INFO(field << " " << text);
    CHECK(set(batch, 0, field, text) == SENECA_E_INVALID);
  }
  CHECK(set(batch, 1, SENECA_FIELD_ID, "x") == SENECA_E_INVALID);
  batch.close();
  CHECK(&batch.event(0) == event.get());
}

TEST_CASE("data with a lone surrogate from a log file may be carried on") {
  const EventRef event = make_event("a");
  EventBatch batch({});
  batch.assign({&event, 1});
  CHECK(set(batch, 0, SENECA_FIELD_DATA, R"("\ud800")") == SENECA_OK);
}

TEST_CASE("emissions in any order come out in that of the events") {
  const std::vector<EventRef> events = {make_event("a", "1"), make_event("b", "2"), make_event("c", "3")};
  EventBatch batch({});
  batch.assign(events);
  CHECK(emit(batch, 2, "after.c") == SENECA_OK);
  CHECK(emit(batch, 0, "after.a") == SENECA_OK);
  CHECK(emit(batch, 2, "after.c.again") == SENECA_OK);
  batch.abi()->verdicts[0] = SENECA_DROP;
  batch.close();
  REQUIRE(batch.emitted().size() == 3);
  CHECK(batch.emitted_after(0)[0].event->type() == "after.a");
  CHECK(batch.emitted_after(1).empty());
  CHECK(batch.emitted_after(2)[0].event->type() == "after.c");
  CHECK(batch.emitted_after(2)[1].event->id() == "3.2");
}

TEST_CASE("emit refuses events that are not whole") {
  const EventRef event = make_event("a");
  EventBatch batch({});
  batch.assign({&event, 1});
  CHECK(emit(batch, 0, "") == SENECA_E_INVALID);
  CHECK(emit(batch, 0, "a", "{") == SENECA_E_INVALID);
  CHECK(emit(batch, 1, "a") == SENECA_E_INVALID);
  seneca_event old{};  // from a time when events ended after the id
  old.size = offsetof(seneca_event, source);
  old.type = to_str("beyond.size");
  old.source = to_str("/made");
  CHECK(batch.abi()->emit(batch.abi(), 0, &old) == SENECA_E_INVALID);
  batch.close();
  CHECK(batch.emitted().empty());
}

TEST_CASE("emissions of backfilled events are backfill too") {
  const EventRef event = make_event("a");
  event->set_backfill(true);
  EventBatch batch({});
  batch.assign({&event, 1});
  REQUIRE(emit(batch, 0, "b") == SENECA_OK);
  batch.close();
  CHECK(batch.emitted()[0].event->is_backfill());
}

TEST_CASE("a batch takes no more bytes than its limit, and counts what it turned away") {
  EventBatch::Limits limits;
  limits.total_bytes = 1000;
  const EventRef event = make_event("a");
  EventBatch batch(limits);
  batch.assign({&event, 1});
  const std::string text(600, 'x');
  CHECK(set(batch, 0, SENECA_FIELD_SUBJECT, text) == SENECA_OK);
  CHECK(set(batch, 0, SENECA_FIELD_ORIGIN, text) == SENECA_E_LIMIT);
  CHECK(emit(batch, 0, "a", '"' + text + '"') == SENECA_E_LIMIT);
  CHECK(batch.refused() == 2);
  batch.assign({&event, 1});
  CHECK(batch.refused() == 0);
  CHECK(set(batch, 0, SENECA_FIELD_ORIGIN, text) == SENECA_OK);
}

TEST_CASE("a reason is one short line of text") {
  const EventRef event = make_event("a");
  EventBatch batch({});
  batch.assign({&event, 1});
  batch.abi()->verdicts[0] = SENECA_DROP;
  batch.abi()->reason(batch.abi(), 0, to_str("two\nlines " + std::string(500, 'x') + "\xFF"));
  batch.close();
  CHECK(batch.reason(0).substr(0, 11) == "two lines x");
  CHECK(batch.reason(0).size() == 200);
}

TEST_CASE("after close the plugin's functions refuse") {
  const EventRef event = make_event("a");
  EventBatch batch({});
  batch.assign({&event, 1});
  batch.close();
  CHECK(set(batch, 0, SENECA_FIELD_TYPE, "b") == SENECA_E_INVALID);
  CHECK(emit(batch, 0, "b") == SENECA_E_INVALID);
  CHECK(batch.abi()->set_time(batch.abi(), 0, 1) == SENECA_E_INVALID);
  CHECK(batch.abi()->set_priority(batch.abi(), 0, 1) == SENECA_E_INVALID);
}

TEST_CASE("a batch can be used again, for more events or fewer") {
  EventBatch batch({});
  std::vector<EventRef> events(300, make_event("a"));
  batch.assign(events);
  batch.abi()->verdicts[299] = SENECA_DROP;
  batch.close();
  batch.assign({events.data(), 2});
  CHECK(batch.abi()->count == 2);
  CHECK(batch.abi()->verdicts[1] == SENECA_PASS);
  batch.close();
  CHECK(batch.size() == 2);
}

TEST_CASE("a failed batch is as if the plugin had not been there") {
  const EventRef event = make_event("a");
  EventBatch batch({});
  batch.assign({&event, 1});
  set(batch, 0, SENECA_FIELD_TYPE, "b");
  emit(batch, 0, "c");
  batch.close_failed("it broke");
  CHECK(batch.verdict(0) == Verdict::fail);
  CHECK(batch.reason(0) == "it broke");
  CHECK(&batch.event(0) == event.get());
  CHECK(batch.emitted().empty());
}
