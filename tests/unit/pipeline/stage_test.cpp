#include "pipeline/stage.h"

#include "support/catch.h"
#include "support/pipeline_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

struct Ending final : StageObserver {
  void ended(const StageItem& item, Verdict verdict, std::string_view, std::string_view reason) override {
    text += std::to_string(item.publication) + ":" + std::to_string(static_cast<int>(verdict)) + " " +
            std::string(reason) + "; ";
  }
  void announce(PluginNews told) override { news.push_back(std::move(told)); }
  std::string text;
  std::vector<PluginNews> news;
};

struct StageBench : PipelineBench {
  /// Runs events of these types through; their types afterwards, "!" in front of those somebody waits for.
  std::vector<std::string> run(Stage& stage, const std::vector<std::string>& types) {
    std::vector<StageItem> items;
    for (uint32_t i = 0; i < types.size(); ++i) items.push_back({make_event(types[i]), i});
    EventBatch batch{EventBatch::Limits()};
    stage.run(items, batch, ending, now_us);
    std::vector<std::string> out;
    for (const StageItem& item : items)
      out.push_back((item.publication == StageItem::kNobody ? "" : "!") + std::string(item.event->type()));
    return out;
  }
  Ending ending;
  int64_t now_us = 0;
};

using Types = std::vector<std::string>;
using OnError = PluginConfig::OnError;

}  // namespace

TEST_CASE("a plugin sees the events that match, the others pass by in their place") {
  StageBench bench;
  Stage stage = bench.stage({fixture("everything"), "it", {"do.drop"}});
  CHECK(bench.run(stage, {"a", "do.drop", "do.reject", "do.drop", "b"}) == Types{"!a", "!do.reject", "!b"});
  CHECK(bench.ending.text == "1:1 told to; 3:1 told to; ");
  CHECK(stage.plugin().counters().events == 2);
}

TEST_CASE("drop, reject and fail end an event with a reason") {
  StageBench bench;
  Stage stage = bench.stage({fixture("everything")});
  CHECK(bench.run(stage, {"do.drop", "do.reject", "do.fail", "do.pass"}) == Types{"!do.pass"});
  CHECK(bench.ending.text == "0:1 told to; 1:2 not wanted; 2:3 no idea; ");
}

TEST_CASE(
    "a changed event takes the place of the old one, emitted ones follow it and nobody waits for them") {
  StageBench bench;
  Stage stage = bench.stage({fixture("everything")});
  CHECK(bench.run(stage, {"do.change", "do.emit", "x"}) ==
        Types{"!changed.e1", "!do.emit", "made.first", "made.second", "!x"});
}

TEST_CASE("on_error pass lets a failed event go on as it came, without what was half made of it") {
  StageBench bench;
  Stage stage = bench.stage({fixture("everything"), "it", {}, OnError::pass});
  CHECK(bench.run(stage, {"do.throw", "do.fail", "do.reject", "x"}) == Types{"!do.throw", "!do.fail", "!x"});
  CHECK(bench.ending.text == "2:2 not wanted; ");
  CHECK_FALSE(stage.disabled());
}

TEST_CASE("on_error disable takes the plugin out at its first failure and says so once") {
  StageBench bench;
  Stage stage = bench.stage({fixture("everything"), "shaky", {}, OnError::disable});
  CHECK(bench.run(stage, {"do.fail", "do.fail", "do.drop"}) == Types{"!do.fail", "!do.fail"});
  CHECK(stage.disabled());
  CHECK(bench.run(stage, {"do.drop", "do.emit"}) == Types{"!do.drop", "!do.emit"});
  REQUIRE(bench.ending.news.size() == 1);
  CHECK(bench.ending.news[0].type == "seneca.plugin.disabled");
  CHECK(bench.ending.news[0].name == "shaky");
  CHECK(stage.why() == "it failed: no idea; mend and reload it");
}

TEST_CASE("what an operator has disabled stays so in a new instance, what a failure has does not") {
  StageBench bench;
  Stage failed = bench.stage({fixture("everything"), "it", {}, OnError::disable});
  (void)bench.run(failed, {"do.fail"});
  Stage after_failure = bench.stage({fixture("everything")});
  REQUIRE(after_failure.take_over(failed));
  CHECK_FALSE(after_failure.disabled());
  after_failure.disable("for a while");
  Stage after_order = bench.stage({fixture("everything")});
  REQUIRE(after_order.take_over(after_failure));
  CHECK(after_order.disabled());
  CHECK(after_order.why() == "for a while");
  CHECK(bench.run(after_order, {"do.drop"}) == Types{"!do.drop"});
  after_order.enable();
  CHECK(bench.run(after_order, {"do.drop"}).empty());
}

TEST_CASE("a timer keeps its beat in a new instance") {
  StageBench bench;
  Stage old = bench.stage({fixture("everything")});
  EventBatch batch{EventBatch::Limits()};
  std::vector<StageItem> items;
  old.tick(1000, 3, items, batch, bench.ending);
  Stage fresh = bench.stage({fixture("everything")});
  REQUIRE(fresh.take_over(old));
  CHECK(fresh.next_tick_us() == 11000);
}

TEST_CASE("a plugin that throws or answers nonsense fails its events and no others") {
  StageBench bench;
  Stage throws = bench.stage({fixture("bad_throws"), "throws", {"a.*"}});
  CHECK(bench.run(throws, {"a.b", "b"}) == Types{"!b"});
  CHECK(bench.ending.text.find("the disk is on fire") != std::string::npos);
  Stage nonsense = bench.stage({fixture("bad_verdict")});
  CHECK(bench.run(nonsense, {"a", "b"}).empty());
}

TEST_CASE("a timer is due at once, then every interval, and not at all in a disabled stage") {
  StageBench bench;
  Stage stage = bench.stage({fixture("everything"), "it", {}, OnError::disable});
  EventBatch batch{EventBatch::Limits()};
  std::vector<StageItem> items;
  CHECK(stage.next_tick_us() == 0);
  stage.tick(1000, 3, items, batch, bench.ending);
  CHECK(items.size() == 3);
  CHECK(items[0].publication == StageItem::kNobody);
  CHECK(stage.next_tick_us() == 11000);  // 3 ms is more often than the pipeline ticks
  stage.tick(10999, 3, items, batch, bench.ending);
  CHECK(items.size() == 3);
  stage.tick(11000, 3, items, batch, bench.ending);
  CHECK(items.size() == 6);
  (void)bench.run(stage, {"do.fail"});
  stage.tick(1'000'000, 3, items, batch, bench.ending);
  CHECK(items.size() == 6);
  CHECK(stage.next_tick_us() > 1'000'000);
}

TEST_CASE("a plugin without a timer is never due") {
  StageBench bench;
  Stage stage = bench.stage({std::filesystem::path(BUILT_PLUGINS) / "topic-filter.so"});
  CHECK(stage.next_tick_us() == INT64_MAX);
}
