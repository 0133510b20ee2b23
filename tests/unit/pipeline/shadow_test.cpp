#include "pipeline/shadow.h"

#include "support/catch.h"
#include "support/pipeline_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

using Types = std::vector<std::string>;

constexpr int64_t kMinuteUs = 60'000'000;

struct News final : StageObserver {
  void ended(const StageItem&, Verdict, std::string_view, std::string_view) override {}
  void announce(PluginNews told) override { news.push_back(std::move(told)); }
  std::vector<PluginNews> news;
};

struct ShadowBench : PipelineBench {
  /// A stage of the plugin of `current`, and beside it that of `candidate`.
  Stage beside(const std::string& current, const std::string& candidate, int budget_ms = 0) {
    auto library = PluginLibrary::open(fixture(current));
    auto plugin = PluginInstance::create(*library, "it", "{}", {logger, clock, services, {}});
    PluginConfig config;
    config.on_error = PluginConfig::OnError::pass;
    config.budget_ms = budget_ms;
    auto shadow =
        Shadow::create(*PluginLibrary::open(fixture(candidate)), "it", "{}",
                       {logger, budget_ms == 0 ? static_cast<Clock&>(clock) : system, services, {}});
    if (!shadow) FAIL(shadow.error().to_string());
    return Stage(std::move(*plugin), *PatternSet::parse({"**"}), config, std::move(*shadow));
  }
  Types run(Stage& stage, const Types& types) {
    std::vector<StageItem> items;
    for (uint32_t i = 0; i < types.size(); ++i) items.push_back({make_event(types[i]), i});
    EventBatch batch{EventBatch::Limits()};
    stage.run(items, batch, observer, now_us);
    Types out;
    for (const StageItem& item : items) out.emplace_back(item.event->type());
    return out;
  }
  [[nodiscard]] size_t lines(const std::string& text) const {
    size_t count = 0;
    for (const std::string& line : logger.lines) count += line.find(text) != std::string::npos ? 1 : 0;
    return count;
  }

  SystemClock system;
  News observer;
  int64_t now_us = 0;
};

}  // namespace

TEST_CASE("what a candidate makes of events is compared with what the plugin does, and thrown away") {
  ShadowBench bench;
  Stage stage = bench.beside("everything", "numbering");
  CHECK(bench.run(stage, {"do.drop", "do.emit", "do.reject"}) ==
        Types{"do.emit", "made.first", "made.second"});
  const ShadowReport report = stage.shadow()->report();
  CHECK(report.events == 3);
  CHECK(report.different == 3);
  CHECK(report.verdicts == 2);   // pass instead of drop and of reject
  CHECK(report.fields == 1);     // it numbers events
  CHECK(report.emissions == 1);  // and emits none
  CHECK(report.errors == 0);
  CHECK(report.why.empty());
  CHECK(stage.plugin().counters().events == 3);
}

TEST_CASE("a candidate that does the same differs in nothing") {
  ShadowBench bench;
  Stage stage = bench.beside("everything", "everything");
  (void)bench.run(stage, {"do.drop", "do.emit", "do.change", "do.reject", "do.fail", "do.throw", "x"});
  CHECK(stage.shadow()->report().different == 0);
  CHECK(stage.shadow()->report().events == 7);
}

TEST_CASE("the first difference a minute is told, with the event and what differs") {
  ShadowBench bench;
  Stage stage = bench.beside("everything", "numbering");
  (void)bench.run(stage, {"do.drop", "do.drop"});
  (void)bench.run(stage, {"do.reject"});
  CHECK(bench.lines("event e1 of type do.drop: pass instead of drop") == 1);
  CHECK(bench.lines("instead of") == 1);
  bench.now_us += kMinuteUs;
  (void)bench.run(stage, {"do.emit"});
  CHECK(bench.lines("event e1 of type do.emit: other data, and other emissions") == 1);
}

TEST_CASE("a candidate publishes nothing, which is counted, and logs under a name of its own") {
  ShadowBench bench;
  Stage stage = bench.beside("numbering", "everything");
  (void)bench.run(stage, {"do.publish"});
  CHECK(bench.services.published.empty());
  CHECK(stage.shadow()->report().published == 1);
  CHECK(bench.lines("ready") == 1);
  CHECK(stage.shadow()->name() == "it.shadow");
}

TEST_CASE("a candidate that fails five times in a row is left alone, which is announced once") {
  ShadowBench bench;
  Stage stage = bench.beside("numbering", "moody");
  for (int i = 0; i < 4; ++i) (void)bench.run(stage, {"mood.fail"});
  (void)bench.run(stage, {"mood.fine"});
  for (int i = 0; i < 5; ++i) (void)bench.run(stage, {"mood.fail"});
  CHECK(bench.run(stage, {"mood.fail"}) == Types{"mood.fail"});
  CHECK_FALSE(stage.shadow()->works());
  CHECK(stage.shadow()->report().events == 10);
  CHECK(stage.shadow()->report().errors == 9);
  REQUIRE(bench.observer.news.size() == 1);
  CHECK(bench.observer.news[0].type == "seneca.plugin.broken");
  CHECK(bench.observer.news[0].name == "it.shadow");
  CHECK(bench.observer.news[0].why.find("at last: not today; it is left alone") != std::string::npos);
  CHECK(stage.state() == "enabled");
}

TEST_CASE("one that takes too long is left alone as well, and the plugin is not blamed for it") {
  ShadowBench bench;
  Stage stage = bench.beside("numbering", "moody", 20);
  for (int i = 0; i < 5; ++i) (void)bench.run(stage, {"mood.slow"});
  CHECK_FALSE(stage.shadow()->works());
  CHECK(stage.counters().over_budget == 0);
}

TEST_CASE("a candidate for a new instance begins with what that has taken over") {
  ShadowBench bench;
  Stage old = bench.beside("numbering", "numbering");
  (void)bench.run(old, {"x", "x"});
  Stage fresh = bench.beside("numbering", "numbering");
  REQUIRE(fresh.take_over(old));
  (void)bench.run(fresh, {"x"});
  CHECK(fresh.shadow()->report().events == 1);
  CHECK(fresh.shadow()->report().different == 0);
}

TEST_CASE("what is no filter cannot be a candidate") {
  ShadowBench bench;
  const auto shadow =
      Shadow::create(*PluginLibrary::open(fixture("picky_sink")), "it", R"({"path":"/dev/null"})",
                     {bench.logger, bench.clock, bench.services, {}});
  REQUIRE_FALSE(shadow);
  CHECK(shadow.error().code == "plugin_no_filter");
}
