#include "pipeline/pipeline.h"

#include "support/catch.h"
#include "support/pipeline_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

using Types = std::vector<std::string>;
using OnError = PluginConfig::OnError;

std::filesystem::path topic_filter() { return std::filesystem::path(BUILT_PLUGINS) / "topic-filter.so"; }

std::vector<EventRef> many(size_t count, const std::string& type) {
  std::vector<EventRef> events;
  for (size_t i = 0; i < count; ++i) events.push_back(make_event(type, "e" + std::to_string(i)));
  return events;
}

RouteConfig route(std::string event, std::string view = "auto") {
  RouteConfig config;
  config.match = {"**"};
  config.event = std::move(event);
  config.rooms = {"general"};
  config.view = std::move(view);
  return config;
}

}  // namespace

TEST_CASE("events get offsets in the order they came and their publisher learns them") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({}));
  const PublishResult first = bench.publish(Types{"a", "b"});
  CHECK(first.first_offset == 1);
  CHECK(first.last_offset == 2);
  CHECK(first.accepted == 2);
  CHECK(first.rejected == 0);
  CHECK(bench.publish(Types{"c"}).first_offset == 3);
  bench.finish();
  CHECK(bench.sink.types() == Types{"a", "b", "c"});
  CHECK(bench.log.bounds().newest == 3);
}

TEST_CASE("every publication is told what became of all of it, however it lies in the batches") {
  PipelineBench bench;
  // Offered before the start, so that all of them are taken at once and cut into batches of 256.
  struct Sent {
    size_t passing, rejected, dropped;
    std::future<PublishResult> result;
  };
  std::vector<Sent> sent;
  const std::vector<std::array<size_t, 3>> shapes = {{255, 0, 0}, {1, 0, 0},   {2, 0, 0},   {253, 1, 0},
                                                     {0, 300, 0}, {700, 3, 5}, {0, 0, 256}, {0, 0, 0},
                                                     {1, 1, 1},   {256, 0, 0}};
  for (const auto& [passing, rejected, dropped] : shapes) {
    std::vector<EventRef> events = many(passing, "x");
    for (const EventRef& event : many(rejected, "do.reject")) events.push_back(event);
    for (const EventRef& event : many(dropped, "do.drop")) events.push_back(event);
    sent.push_back({passing, rejected, dropped, bench.offer(std::move(events))});
  }
  bench.pipeline.start(bench.plan({{fixture("everything"), "it", {"do.**"}}}));
  uint64_t next = 1;
  for (Sent& each : sent) {
    const PublishResult result = each.result.get();
    CHECK(result.accepted == each.passing + each.dropped);
    CHECK(result.rejected == each.rejected);
    CHECK(result.reason == (each.rejected > 0 ? "it: not wanted" : ""));
    CHECK(result.first_offset == (each.passing > 0 ? next : 0));
    CHECK(result.last_offset == (each.passing > 0 ? next + each.passing - 1 : 0));
    next += each.passing;
  }
  bench.finish();
  const Pipeline::Counters& counters = bench.pipeline.counters();
  CHECK(counters.events_in == counters.events_out + counters.dropped + counters.rejected);
  CHECK(counters.events_out == next - 1);
  for (const RoutedBatchRef& batch : bench.sink.batches()) CHECK(batch->events.size() <= 256);
}

TEST_CASE("emitted events enter the next stage and no other") {
  PipelineBench bench;
  bench.pipeline.start(
      bench.plan({{fixture("everything"), "first", {"do.emit", "made.*"}},
                  {topic_filter(), "second", {}, OnError::drop, R"({"deny":["made.first"]})"},
                  {fixture("everything"), "third", {"made.*"}}}));
  const PublishResult result = bench.publish(Types{"do.emit"});
  CHECK(result.accepted == 1);
  CHECK(result.last_offset == 1);
  std::vector<uint64_t> seen;
  bench.on_pipeline([&seen](Pipeline& pipeline) {
    for (const Stage& stage : pipeline.plan().stages) seen.push_back(stage.plugin().counters().events);
  });
  bench.finish();
  CHECK(seen == std::vector<uint64_t>{1, 3, 1});
  const Types types = bench.sink.types();
  CHECK(std::count(types.begin(), types.end(), "made.second") == 1);
  CHECK(std::count(types.begin(), types.end(), "made.first") == 0);
}

TEST_CASE("what on_error says decides what the publisher is told") {
  for (const auto& [on_error, accepted] :
       {std::pair(OnError::drop, 1u), std::pair(OnError::pass, 2u), std::pair(OnError::disable, 2u)}) {
    PipelineBench bench;
    bench.pipeline.start(bench.plan({{fixture("everything"), "it", {"do.**"}, on_error}}));
    const PublishResult result = bench.publish(Types{"do.fail", "x"});
    CHECK(result.accepted == accepted);
    CHECK(result.rejected == 2 - accepted);
    CHECK(result.reason == (accepted == 1 ? "it: no idea" : ""));
    bench.finish();
  }
}

TEST_CASE("a flood of emitted events is cut off") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({{fixture("bad_flood")}}));
  CHECK(bench.publish(Types{"x"}).accepted == 1);
  bench.finish();
  CHECK(bench.log.bounds().newest <= 65);
}

TEST_CASE("a reload keeps what a plugin knows and loses no event") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({{fixture("everything"), "it", {"do.**"}}}));
  (void)bench.publish(Types{"do.a", "do.b", "do.c"});
  PipelinePlan fresh =
      bench.plan({{fixture("everything"), "it", {"do.**"}}, {fixture("everything"), "other", {"do.**"}}});
  std::vector<std::future<PublishResult>> around;
  for (int i = 0; i < 50; ++i) around.push_back(bench.offer(many(1, "x")));
  bench.on_pipeline([&fresh](Pipeline& pipeline) { fresh = pipeline.exchange(std::move(fresh)); });
  for (int i = 0; i < 50; ++i) around.push_back(bench.offer(many(1, "x")));
  (void)bench.publish(Types{"do.emit"});
  uint64_t offset = 3;
  for (auto& result : around) CHECK(result.get().first_offset == ++offset);
  bench.finish();
  CHECK(fresh.stages.size() == 1);
  // The plugin emits how many events it has seen: "it" remembers three, "other" begins.
  Types counts;
  for (const RoutedBatchRef& batch : bench.sink.batches())
    for (const RoutedEvent& routed : batch->events)
      if (routed.event->type() == "made.first") counts.emplace_back(routed.event->data());
  CHECK(counts == Types{"1", "4"});
}

TEST_CASE("a plugin's timer brings events of its own") {
  PipelineBench bench;
  bench.clock.set_wall_us(1003);
  bench.pipeline.start(bench.plan({{fixture("everything")}}));
  bench.on_pipeline([](Pipeline&) {});
  (void)bench.publish(Types{"x"});
  (void)bench.publish(Types{"x"});
  bench.finish();
  const Types types = bench.sink.types();
  CHECK(std::count(types.begin(), types.end(), "tock") == 3);
}

TEST_CASE("the most urgent route gives an event its priority, unless the source chose one") {
  PipelineBench bench;
  std::vector<RouteConfig> routes = {route("one"), route("two"), route("three")};
  routes[0].priority = "low";
  routes[1].priority = "high";
  bench.pipeline.start(bench.plan({}, routes));
  EventFields fields;
  fields.id = "e";
  fields.source = "/s";
  fields.type = "chosen";
  fields.priority = Priority::low;
  fields.has_priority = true;
  (void)bench.publish({make_event("open"), Event::make(fields)});
  bench.finish();
  const RoutedBatchRef batch = bench.sink.batches().front();
  CHECK(batch->events[0].event->priority() == Priority::high);
  CHECK(batch->events[1].event->priority() == Priority::low);
  CHECK(batch->events[1].first_delivery == 3);
  CHECK(batch->events[1].deliveries == 3);
}

TEST_CASE("views are rendered for live events, and where there is none the seed shape stays") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({{fixture("everything"), "looks", {"nothing"}}},
                                  {route("shape"), route("shape", "none"), route("shape", "looks"),
                                   route("shape", "other"), route("unknown"), route("broken")}));
  EventRef past = make_event("x", "past");
  past->set_backfill(true);
  (void)bench.publish({make_event("x", "live"), past});
  bench.finish();
  const RoutedBatchRef batch = bench.sink.batches().front();
  std::vector<int> views;
  for (const Delivery& delivery : batch->deliveries) views.push_back(delivery.view);
  CHECK(views == std::vector<int>{0, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1});
  CHECK(batch->views == Types{R"({"of":"live"})", R"({"of":"live"})"});
}

TEST_CASE("while no page is connected no view is rendered, and the batch says so") {
  PipelineBench bench;
  bench.sink.pages = false;
  bench.pipeline.start(bench.plan({{fixture("everything"), "looks", {"nothing"}}}, {route("shape")}));
  (void)bench.publish({make_event("x", "live")});
  bench.finish();
  const RoutedBatchRef batch = bench.sink.batches().front();
  CHECK(batch->views_left_out);
  CHECK(batch->views.empty());
  REQUIRE(batch->deliveries.size() == 1);
  CHECK(batch->deliveries[0].view == -1);
}

TEST_CASE("what was taken in before the end is published, then the receipts of others are let go") {
  PipelineBench bench;
  std::vector<std::future<PublishResult>> results;
  for (int i = 0; i < 20; ++i) results.push_back(bench.offer(many(100, "x")));
  bench.pipeline.start(bench.plan({}));
  bench.finish();
  CHECK(bench.log.bounds().newest == 2000);
  for (auto& result : results) CHECK(result.get().accepted == 100);
}

TEST_CASE("emissions are parsed once, get an offset among the other events and take no route") {
  PipelineBench bench;
  RouteConfig everything = route("any"), rest = route("rest");
  rest.fallback = true;
  bench.pipeline.start(bench.plan({}, {everything, rest}));
  const PublishResult result =
      bench.publish({make_event("a"), make_event("seneca.emit", "e2", R"({"event":"x"})"),
                     make_event("seneca.join", "e3", R"({"join":["r"]})"),
                     make_event("seneca.other", "e4", "1"), make_event("b")});
  CHECK(result.accepted == 5);
  CHECK(result.last_offset == 5);
  bench.finish();
  const RoutedBatchRef batch = bench.sink.batches().at(0);
  CHECK(batch->emissions.size() == 2);
  std::vector<int32_t> emissions;
  std::vector<uint32_t> deliveries;
  for (const RoutedEvent& event : batch->events) {
    emissions.push_back(event.emission);
    deliveries.push_back(event.deliveries);
  }
  CHECK(emissions == std::vector<int32_t>{-1, 0, 1, -1, -1});
  CHECK(deliveries == std::vector<uint32_t>{1, 0, 0, 0, 1});
  CHECK(batch->emission_of(batch->events[1])->event == "x");
  CHECK(batch->emission_of(batch->events[0]) == nullptr);
}

TEST_CASE("an emission that is none goes nowhere, and its publisher and the operator are told") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({}));
  const PublishResult alone = bench.publish({make_event("seneca.emit", "e1", R"({"event":1})")});
  CHECK(alone.rejected == 1);
  CHECK(alone.first_offset == 0);
  CHECK(alone.reason == "seneca.emit: event: must be a text [bad_field]");
  const PublishResult among = bench.publish({make_event("a"), make_event("seneca.leave", "e2", ""),
                                             make_event("seneca.emit", "e3", R"({"event":"x"})")});
  CHECK(among.accepted == 2);
  CHECK(among.rejected == 1);
  bench.finish();
  CHECK(bench.sink.types() == Types{"a", "seneca.emit"});
  CHECK(bench.sink.batches().back()->emission_of(bench.sink.batches().back()->events[1])->event == "x");
  CHECK(bench.pipeline.counters().failed == 2);
  REQUIRE(bench.logger.lines.size() == 2);
  CHECK(bench.logger.lines[0] ==
        "pipeline: event e1 of type seneca.emit goes nowhere: event: must be a text [bad_field]");
}
