#include <atomic>
#include <thread>

#include "support/catch.h"
#include "support/pipeline_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

using Types = std::vector<std::string>;

const StageSpec kNumbering{fixture("numbering"), "numbers", {"x"}};

// The numbers that the plugin has written into events of type x, in the order of their offsets.
std::vector<uint64_t> numbers(const PipelineBench& bench) {
  std::vector<uint64_t> all;
  for (const RoutedBatchRef& batch : bench.sink.batches())
    for (const RoutedEvent& routed : batch->events)
      if (routed.event->type() == "x")
        all.push_back(std::stoull(std::string(routed.event->data().substr(5))));
  return all;
}

/// What `task` comes to on the pipeline thread; Catch2 may be asked on the test's own only.
Status ordered(PipelineBench& bench, const std::function<Status(Pipeline&)>& task) {
  Status status;
  bench.on_pipeline([&](Pipeline& pipeline) { status = task(pipeline); });
  return status;
}

Types told(const PipelineBench& bench) {
  Types all;
  for (const RoutedBatchRef& batch : bench.sink.batches())
    for (const RoutedEvent& routed : batch->events)
      if (is_plugin_news(routed.event->type()))
        all.push_back(std::string(routed.event->type()) + " " + std::string(routed.event->data()));
  return all;
}

}  // namespace

TEST_CASE("plugins are swapped under load and no event is lost, doubled, out of order or numbered wrongly") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({{fixture("everything"), "before", {"none"}},
                                   kNumbering,
                                   {fixture("everything"), "behind", {"none"}}}));
  constexpr uint64_t kPublications = 400;
  constexpr uint64_t kEach = 50;
  std::atomic<bool> published{false};
  std::thread publisher([&bench, &published] {
    for (uint64_t i = 0; i < kPublications; ++i) {
      std::vector<EventRef> events;
      for (uint64_t n = 0; n < kEach; ++n) events.push_back(make_event("x"));
      Publication publication{std::move(events), nullptr};
      while (!bench.intake.offer(std::move(publication))) bench.intake.wait_for_room(1000);
    }
    published = true;
  });
  for (int i = 0; i < 100 || !published; ++i) {
    Stage stage = bench.stage(kNumbering);
    CHECK(ordered(bench, [&stage](Pipeline& pipeline) { return pipeline.replace(stage); }));
    // What comes back is the old one, and ends here, off the pipeline.
  }
  publisher.join();
  bench.finish();
  const std::vector<uint64_t> seen = numbers(bench);
  REQUIRE(seen.size() == kPublications * kEach);
  for (uint64_t i = 0; i < seen.size(); ++i)
    if (seen[i] != i + 1) FAIL("event " << i << " has number " << seen[i]);
  CHECK(bench.pipeline.plan().stages.size() == 3);
}

TEST_CASE("a plugin that cannot take over what the old one knows does not take its place") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({kNumbering}));
  (void)bench.publish(Types{"x", "x"});
  StageSpec spec = kNumbering;
  spec.config = R"({"forgetful":true})";
  Stage forgetful = bench.stage(spec);
  const Status replaced =
      ordered(bench, [&forgetful](Pipeline& pipeline) { return pipeline.replace(forgetful); });
  REQUIRE_FALSE(replaced);
  CHECK(replaced.error().code == "plugin_state_failed");
  CHECK(replaced.error().message.find("cannot read what was saved") != std::string::npos);
  (void)bench.publish(Types{"x"});
  bench.finish();
  CHECK(numbers(bench) == std::vector<uint64_t>{1, 2, 3});
}

TEST_CASE("a plugin that is not in the pipeline can be neither replaced nor disabled") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({kNumbering}));
  Stage other = bench.stage({fixture("numbering"), "other"});
  const std::function<Status(Pipeline&)> orders[] = {
      [&other](Pipeline& pipeline) { return pipeline.replace(other); },
      [](Pipeline& pipeline) { return pipeline.disable("other", ""); },
      [](Pipeline& pipeline) { return pipeline.enable("other", ""); }};
  for (const auto& order : orders) CHECK(ordered(bench, order).error().code == "plugin_unknown");
  bench.finish();
  CHECK(told(bench).empty());
}

TEST_CASE(
    "events pass a disabled plugin unseen, and operators are told once by an event that no plugin sees") {
  PipelineBench bench;
  StageSpec all{fixture("numbering"), "all"};
  bench.pipeline.start(bench.plan({kNumbering, all}));
  (void)bench.publish(Types{"x"});
  for (int i = 0; i < 2; ++i) {
    CHECK(ordered(bench, [](Pipeline& pipeline) { return pipeline.disable("all", "it is \"late\""); }));
    CHECK(ordered(bench, [](Pipeline& pipeline) { return pipeline.disable("numbers", "too"); }));
  }
  (void)bench.publish({make_event("x", "e", R"({"n":77})")});
  for (int i = 0; i < 2; ++i)
    CHECK(ordered(bench, [](Pipeline& pipeline) { return pipeline.enable("numbers", "it is time"); }));
  (void)bench.publish(Types{"x"});
  bench.finish();
  CHECK(numbers(bench) == std::vector<uint64_t>{1, 77, 2});
  CHECK(told(bench) == Types{R"(seneca.plugin.disabled {"name":"all","why":"it is \"late\""})",
                             R"(seneca.plugin.disabled {"name":"numbers","why":"too"})",
                             R"(seneca.plugin.enabled {"name":"numbers","why":"it is time"})"});
  CHECK(bench.logger.lines.size() == 3);
}
