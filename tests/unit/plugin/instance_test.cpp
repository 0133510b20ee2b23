#include "plugin/instance.h"

#include <string>
#include <vector>

#include "support/plugin_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

/// One event through `plugin`.
void process_one(PluginInstance& plugin, EventBatch& batch, const EventRef& event) {
  batch.assign({&event, 1});
  plugin.process(batch);
}

}  // namespace

TEST_CASE("a plugin is created with the config its schema allows") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"), R"({"refuse": false})");
  CHECK(plugin->name() == "it");
  CHECK(plugin->has_filter());
  CHECK(plugin->has_view());
  CHECK(plugin->has_timer());
  CHECK(plugin->has_state());
  CHECK(plugin->has_source());
  CHECK(plugin->own_match() == "do.** also.*");
  CHECK(plugin->tick_interval_ms() == 10);  // asked for 3, below the minimum
}

TEST_CASE("a config against the schema never reaches the plugin") {
  Bench bench;
  const auto plugin = bench.create(fixture("everything"), R"({"refusal": true})");
  REQUIRE_FALSE(plugin);
  CHECK(plugin.error().code == "plugin_bad_config");
  CHECK(plugin.error().subject == "it");
  CHECK_THAT(plugin.error().message, Catch::Matchers::Contains("did you mean \"refuse\"?"));
  CHECK(bench.logger.lines.empty());
}

TEST_CASE("a plugin that cannot be created says why") {
  Bench bench;
  const auto message = [&bench](const std::string& name, const std::string& config) {
    const auto plugin = bench.create(fixture(name), config);
    REQUIRE_FALSE(plugin);
    CHECK(plugin.error().code == "plugin_create_failed");
    CHECK(plugin.error().subject == "it");
    return plugin.error().message;
  };
  CHECK(message("bad_create_fails", "{}") ==
        "refused its configuration: the moon is in the wrong phase; wait two weeks");
  CHECK(message("everything", R"({"refuse": true})") == "refused its configuration: told to refuse");
  CHECK(message("bad_throws", R"({"please": "throw"})") == "refused its configuration: not today");
}

TEST_CASE("the log line of a plugin is one line under its configured name") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"));
  CHECK(bench.logger.lines == std::vector<std::string>{"it: ready with two lines"});
}

TEST_CASE("a filter and a timer are told the present time of the host's clock") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"));
  EventBatch batch({});
  process_one(*plugin, batch, make_event("do.nothing"));
  CHECK(batch.abi()->now_us == 5000);
  plugin->tick(7000, batch);
  CHECK(batch.abi()->now_us == 7000);
}

TEST_CASE("every event gets its verdict and a reason unless it passed") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"));
  const std::vector<EventRef> events = {make_event("do.nothing"),       make_event("do.drop"),
                                        make_event("do.drop.silently"), make_event("do.reject"),
                                        make_event("do.fail"),          make_event("do.throw")};
  EventBatch batch({});
  batch.assign(events);
  plugin->process(batch);
  CHECK(batch.verdict(0) == Verdict::pass);
  CHECK(batch.reason(0).empty());
  CHECK(batch.verdict(1) == Verdict::drop);
  CHECK(batch.reason(1) == "told to");
  CHECK(batch.verdict(2) == Verdict::drop);
  CHECK(batch.reason(2) == "dropped by it");
  CHECK(batch.verdict(3) == Verdict::reject);
  CHECK(batch.reason(3) == "not wanted");
  CHECK(batch.verdict(4) == Verdict::fail);
  CHECK(batch.reason(4) == "no idea");
  CHECK(batch.verdict(5) == Verdict::fail);
  CHECK(batch.reason(5) == "half way");
}

TEST_CASE("what was done counts") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"));
  const std::vector<EventRef> events = {make_event("do.nothing"), make_event("do.drop"),
                                        make_event("do.drop"),    make_event("do.reject"),
                                        make_event("do.throw"),   make_event("do.emit")};
  EventBatch batch({});
  batch.assign(events);
  plugin->process(batch);
  const PluginCounters& counters = plugin->counters();
  CHECK(counters.calls == 1);
  CHECK(counters.events == 6);
  CHECK(counters.passed == 2);
  CHECK(counters.dropped == 2);
  CHECK(counters.rejected == 1);
  CHECK(counters.failed == 1);
  CHECK(counters.emitted == 2);
  CHECK(counters.time_us == 7);
  CHECK(counters.max_us == 7);
  CHECK(counters.reasons.at("told to") == 2);
  CHECK(counters.reasons.at("half way") == 1);
}

TEST_CASE("the events a plugin leaves alone are passed on, not copied") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"));
  EventBatch batch({});
  for (const std::string type : {"do.nothing", "do.nothing.twice"}) {
    const EventRef event = make_event(type);
    process_one(*plugin, batch, event);
    CHECK(&batch.event(0) == event.get());
  }
}

TEST_CASE("a changed event is a new one and the original is as it was") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"));
  EventBatch batch({});
  const EventRef event = make_event("do.change");
  event->set_backfill(true);
  process_one(*plugin, batch, event);
  REQUIRE(batch.verdict(0) == Verdict::pass);
  const EventFields& changed = batch.event(0).fields();
  CHECK(changed.type == "changed.e1");
  CHECK(changed.id == "e1");
  CHECK(changed.source == "/test");
  CHECK(changed.subject == "agent:a1");
  CHECK(changed.data == R"({"was":1})");
  CHECK(changed.priority == Priority::high);
  CHECK(changed.has_priority);
  CHECK(changed.time_us == 1001);
  CHECK(changed.room == "elsewhere");
  CHECK(changed.extensions == "\"a\":1");
  CHECK(batch.event(0).is_backfill());
  CHECK(event->type() == "do.change");
  CHECK(event->data() == "1");
}

TEST_CASE("emitted events follow the one they were made from") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"));
  const std::vector<EventRef> events = {make_event("do.nothing", "a"), make_event("do.emit", "b"),
                                        make_event("do.emit", "c")};
  EventBatch batch({});
  batch.assign(events);
  plugin->process(batch);
  CHECK(batch.emitted_after(0).empty());
  REQUIRE(batch.emitted_after(1).size() == 2);
  REQUIRE(batch.emitted_after(2).size() == 2);
  const Event& first = *batch.emitted_after(1)[0].event;
  CHECK(first.type() == "made.first");
  CHECK(first.id() == "b.1");
  CHECK(first.data() == "2");
  CHECK(first.time_us() == 1000);
  CHECK_FALSE(first.fields().has_priority);
  CHECK(batch.emitted_after(1)[1].event->id() == "own-id");
  CHECK(batch.emitted_after(2)[0].event->id() == "c.1");
}

TEST_CASE("a failed event keeps its original content and emits nothing") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"));
  EventBatch batch({});
  const EventRef event = make_event("do.throw");
  process_one(*plugin, batch, event);
  CHECK(batch.verdict(0) == Verdict::fail);
  CHECK(&batch.event(0) == event.get());
  CHECK(batch.emitted().empty());
}

TEST_CASE("data beyond the limit is refused and the original kept") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"));
  EventBatch batch({});
  const EventRef event = make_event("do.large");
  process_one(*plugin, batch, event);
  CHECK(batch.verdict(0) == Verdict::fail);
  CHECK(batch.reason(0) == "the host refused the new data");
  CHECK(&batch.event(0) == event.get());
}

TEST_CASE("an exception out of a call fails the batch and goes no further") {
  Bench bench;
  {
    const auto plugin = bench.must_create(fixture("bad_throws"));
    const std::vector<EventRef> events = {make_event("a"), make_event("b")};
    EventBatch batch({});
    batch.assign(events);
    plugin->process(batch);
    for (uint32_t i = 0; i < 2; ++i) {
      CHECK(batch.verdict(i) == Verdict::fail);
      CHECK(batch.reason(i) == "the disk is on fire");
      CHECK(&batch.event(i) == events[i].get());
    }
    std::string out;
    const auto rendered = plugin->render(*events[0], "shape", out);
    REQUIRE_FALSE(rendered);
    CHECK(rendered.error().code == "plugin_render_failed");
    CHECK_THAT(rendered.error().message, Catch::Matchers::Contains("unknown exception"));
    plugin->tick(1, batch);
    CHECK(batch.emitted().empty());
    CHECK(bench.logger.lines.back() == "it: its timer failed: time is an illusion");
    CHECK(plugin->counters().errors == 3);
    CHECK(plugin->counters().failed == 2);
  }
  CHECK(bench.logger.lines.back() == "it: its destroy threw: unknown exception");
}

TEST_CASE("verdicts that do not exist are failures") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("bad_verdict"));
  const std::vector<EventRef> events = {make_event("a"), make_event("b")};
  EventBatch batch({});
  batch.assign(events);
  plugin->process(batch);
  CHECK(batch.verdict(0) == Verdict::fail);
  CHECK(batch.reason(0) == "verdict 42 is none of pass, drop, reject, fail");
  CHECK(batch.verdict(1) == Verdict::fail);
}

TEST_CASE("a flood ends at the limit") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("bad_flood"));
  EventBatch batch({});
  process_one(*plugin, batch, make_event("a"));
  CHECK(batch.emitted().size() == 64);
  CHECK(plugin->counters().emitted == 64);
  CHECK(plugin->counters().refused == 1000000 - 64);
}

TEST_CASE("garbage changes nothing, also when it comes after the call") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("bad_garbage"));
  EventBatch first({});
  EventBatch second({});
  const EventRef event = make_event("a");
  process_one(*plugin, first, event);
  CHECK(first.verdict(0) == Verdict::pass);
  CHECK(&first.event(0) == event.get());
  process_one(*plugin, second, event);
  CHECK(&second.event(0) == event.get());
  CHECK(&first.event(0) == event.get());
}

TEST_CASE("a view renders, declines or fails") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"));
  const EventRef event = make_event("a", "e7");
  std::string out = "old";
  CHECK(plugin->render(*event, "shape", out) == true);
  CHECK(out == R"({"of":"e7"})");
  CHECK(plugin->render(*event, "unknown", out) == false);
  CHECK(out.empty());
  const auto message = [&](const char* ui_event) {
    const auto rendered = plugin->render(*event, ui_event, out);
    REQUIRE_FALSE(rendered);
    CHECK(rendered.error().subject == "it");
    CHECK(out.empty());
    return rendered.error().message;
  };
  CHECK(message("broken") == "its view of broken failed: wrote no valid JSON");
  CHECK(message("nothing written") == "its view of nothing written failed: wrote no valid JSON");
  CHECK(message("large") == "its view of large failed: wrote more than 1 MiB");
  CHECK(plugin->counters().rendered == 1);
  CHECK(plugin->counters().errors == 3);
}

TEST_CASE("a timer's events are numbered and stamped with the tick") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"));
  EventBatch batch({});
  plugin->tick(1002, batch);
  REQUIRE(batch.emitted().size() == 2);
  CHECK(batch.emitted()[0].event->id() == "it-1002.1");
  CHECK(batch.emitted()[1].event->id() == "it-1002.2");
  CHECK(batch.emitted()[1].event->time_us() == 1002);
  CHECK(batch.emitted_after(0).size() == 2);
  CHECK(plugin->counters().emitted == 2);
}

TEST_CASE("state is handed from the old instance to the new") {
  Bench bench;
  const auto old = bench.must_create(fixture("everything"));
  EventBatch batch({});
  for (int i = 0; i < 3; ++i) process_one(*old, batch, make_event("do.nothing"));
  const auto renewed = bench.must_create(fixture("everything"));
  REQUIRE(renewed->adopt_state(*old));
  process_one(*renewed, batch, make_event("do.emit"));
  CHECK(batch.emitted()[0].event->data() == "4");
}

TEST_CASE("a plugin without state has none to hand over") {
  Bench bench;
  const auto old = bench.must_create(fixture("bad_verdict"));
  const auto renewed = bench.must_create(fixture("everything"));
  CHECK(renewed->adopt_state(*old));
  CHECK(old->adopt_state(*renewed));
}

TEST_CASE("what a plugin publishes is checked and goes into the intake") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"));
  EventBatch batch({});
  process_one(*plugin, batch, make_event("do.publish"));
  REQUIRE(bench.services.published.size() == 1);
  CHECK(bench.services.published[0]->id() == "p1");
  CHECK(bench.services.published[0]->time_us() == 5000);
  process_one(*plugin, batch, make_event("do.publish.nonsense"));
  CHECK(batch.reason(0) == "publish: the event is not valid");
  bench.services.full = true;
  process_one(*plugin, batch, make_event("do.publish"));
  CHECK(batch.verdict(0) == Verdict::pass);
  CHECK(bench.services.published.size() == 1);
}

TEST_CASE("a source publishes from start to stop, on a thread of its own") {
  Bench bench;
  const auto plugin = bench.must_create(fixture("everything"), R"({"source": "said"})");
  REQUIRE(plugin->start_source());
  CHECK(plugin->source_status() == R"({"state":"telling","told":"said"})");
  plugin->stop_source();
  REQUIRE(bench.services.published.size() == 2);
  CHECK(bench.services.published[0]->type() == "said");
  CHECK(bench.services.published[1]->type() == "said.stopped");
}

TEST_CASE("a source that cannot start says why") {
  Bench bench;
  const Status started = bench.must_create(fixture("everything"), R"({"source": "fail"})")->start_source();
  REQUIRE_FALSE(started);
  CHECK(started.error().to_string() == "it: could not be started: told to fail [plugin_source_failed]");
}

TEST_CASE("a source's word about itself counts only when it is a JSON object") {
  Bench bench;
  CHECK(bench.must_create(fixture("everything"), R"({"source": "nonsense"})")->source_status().empty());
  CHECK(bench.must_create(fixture("everything"), R"({"source": "silent"})")->source_status().empty());
}
