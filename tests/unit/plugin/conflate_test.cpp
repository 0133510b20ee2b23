#include <algorithm>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "support/plugin_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

const std::filesystem::path kPlugin = std::filesystem::path(BUILT_PLUGINS) / "conflate.so";

EventRef make(const std::string& type, const std::string& subject, int n,
              Priority priority = Priority::normal) {
  EventFields fields;
  const std::string id = std::to_string(n);
  fields.id = id;
  fields.source = "/test";
  fields.type = type;
  fields.subject = subject;
  fields.data = id;
  fields.time_us = 1000 + n;
  fields.priority = priority;
  fields.has_priority = priority != Priority::normal;
  return Event::make(fields);
}

/// What left the plugin, in order.
using Left = std::vector<EventRef>;

void process(PluginInstance& plugin, EventBatch& batch, std::span<const EventRef> events, Left& left) {
  batch.assign(events);
  plugin.process(batch);
  for (uint32_t i = 0; i < batch.size(); ++i) {
    if (batch.verdict(i) == Verdict::pass) left.push_back(events[i]);
    for (const EventBatch::Emitted& each : batch.emitted_after(i)) left.push_back(each.event);
  }
}

void tick(PluginInstance& plugin, EventBatch& batch, int64_t now_us, Left& left) {
  plugin.tick(now_us, batch);
  for (const EventBatch::Emitted& each : batch.emitted()) left.push_back(each.event);
}

}  // namespace

TEST_CASE("conflate keeps the order of each key, loses nothing important, and ends with the latest of each") {
  Bench bench;
  const auto plugin = bench.must_create(
      kPlugin, R"({"types": ["progress"], "key": "subject", "max_keys": 5, "interval_ms": 50})");
  std::mt19937 random(1);
  EventBatch batch({});
  Left left;
  std::map<std::string, int> latest;
  std::vector<int> important;
  int n = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<EventRef> events(1 + random() % 20);
    for (EventRef& event : events) {
      const std::string subject(1, static_cast<char>('a' + random() % 8));
      const bool is_important = random() % 10 == 0;
      event = make(is_important && random() % 2 == 0 ? "failed" : "progress", subject, ++n,
                   is_important ? Priority::critical : Priority::normal);
      latest[subject] = n;
      if (is_important) important.push_back(n);
    }
    process(*plugin, batch, events, left);
    if (random() % 4 == 0) tick(*plugin, batch, 5000 + (random() % 2) * 50000, left);
  }
  tick(*plugin, batch, 5000 + 50000, left);

  std::map<std::string, int> last;
  std::vector<int> important_left;
  for (const EventRef& event : left) {
    const int number = std::stoi(std::string(event->id()));
    CHECK(number > last[std::string(event->subject())]);
    last[std::string(event->subject())] = number;
    if (event->priority() == Priority::critical) important_left.push_back(number);
  }
  std::sort(important_left.begin(), important_left.end());
  CHECK(last == latest);
  CHECK(important_left == important);
  CHECK(left.size() < static_cast<size_t>(n));
}

TEST_CASE("conflate hands what it holds over to its next configuration, byte for byte") {
  Bench bench;
  const auto old = bench.must_create(kPlugin, R"({"types": ["**"], "key": ["type", "subject"]})");
  EventFields fields;
  fields.id = "i\n\"1";
  fields.source = "/s";
  fields.type = "t";
  fields.subject = "s\\";
  fields.data = R"({"big": 12345678901234567890, "\u0041":[1.0e5 ]})";
  fields.severity = "INFO";
  fields.correlation_id = "c";
  fields.traceparent = "00-1";
  fields.origin = "o";
  fields.room = "r";
  fields.extensions = R"("a":1,"b":"\u0022")";
  fields.time_us = 1767225600000001;
  fields.priority = Priority::low;
  fields.has_priority = true;
  const EventRef first = Event::make(fields);
  const EventRef second = make("t", "z", 2);
  EventBatch batch({});
  Left left;
  process(*old, batch, std::vector<EventRef>{first, second}, left);
  CHECK(left.empty());

  const auto next = bench.must_create(kPlugin, R"({"types": ["other"], "interval_ms": 100})");
  REQUIRE(next->adopt_state(*old));
  tick(*next, batch, 5000 + 99999, left);
  CHECK(left.empty());
  tick(*next, batch, 5000 + 100000, left);
  REQUIRE(left.size() == 2);
  const EventFields& out = left[0]->fields();
  CHECK(out.id == fields.id);
  CHECK(out.source == fields.source);
  CHECK(out.type == fields.type);
  CHECK(out.subject == fields.subject);
  CHECK(out.data == fields.data);
  CHECK(out.severity == fields.severity);
  CHECK(out.correlation_id == fields.correlation_id);
  CHECK(out.traceparent == fields.traceparent);
  CHECK(out.origin == fields.origin);
  CHECK(out.room == fields.room);
  CHECK(out.extensions == fields.extensions);
  CHECK(out.time_us == fields.time_us);
  CHECK(out.priority == Priority::low);
  CHECK(left[1]->id() == "2");
  CHECK_FALSE(left[1]->fields().has_priority);
}
