#include "pipeline/breaker.h"

#include "support/catch.h"
#include "support/pipeline_bench.h"

using namespace relay;
using namespace relay::test;
using Change = Breaker::Change;

namespace {

constexpr int64_t kSecond = 1'000'000;

struct Ending final : StageObserver {
  void ended(const StageItem&, Verdict, std::string_view, std::string_view reason) override {
    reasons.emplace_back(reason);
  }
  void announce(PluginNews told) override { news.push_back(std::move(told)); }
  std::vector<std::string> reasons;
  std::vector<PluginNews> news;
};

/// A stage with the moody plugin, at times of the test's choice.
struct MoodyStage {
  explicit MoodyStage(PluginConfig::OnBreak on_break, int budget_ms = 0) : stage(make(on_break, budget_ms)) {}

  Stage make(PluginConfig::OnBreak on_break, int budget_ms) {
    auto library = PluginLibrary::open(fixture("moody"));
    auto plugin = PluginInstance::create(*library, "moody", "{}", {logger, clock, services, {}});
    PluginConfig config;
    config.on_error = PluginConfig::OnError::pass;
    config.on_break = on_break;
    config.budget_ms = budget_ms;
    config.breaker = {3, 10, 5};
    return Stage(std::move(*plugin), *PatternSet::parse({"mood.*"}), config);
  }
  /// How many of these events, a batch, go on.
  size_t run(const std::vector<std::string>& types, int64_t now_us) {
    std::vector<StageItem> items;
    for (const std::string& type : types) items.push_back({make_event(type), 0});
    EventBatch batch{EventBatch::Limits()};
    stage.run(items, batch, ending, now_us);
    return items.size();
  }

  RecordingLogger logger;
  SystemClock clock;
  RecordingServices services;
  Ending ending;
  Stage stage;
};

}  // namespace

TEST_CASE("a breaker opens after so many bad calls in a row within its window, and tries again in time") {
  Breaker breaker({3, 10, 5});
  CHECK(breaker.note(false, 0) == Change::none);
  CHECK(breaker.note(false, kSecond) == Change::none);
  CHECK(breaker.note(true, kSecond) == Change::none);
  CHECK(breaker.note(false, 2 * kSecond) == Change::none);
  CHECK(breaker.note(false, 11 * kSecond) == Change::none);
  CHECK(breaker.note(false, 13 * kSecond) == Change::none);  // the first is too old: they count from here
  CHECK(breaker.note(false, 14 * kSecond) == Change::none);
  CHECK(breaker.allows(14 * kSecond));
  CHECK(breaker.note(false, 15 * kSecond) == Change::opened);
  CHECK(breaker.open());
  CHECK_FALSE(breaker.allows(20 * kSecond - 1));
  CHECK(breaker.allows(20 * kSecond));
  CHECK(breaker.note(false, 20 * kSecond) == Change::none);
  CHECK_FALSE(breaker.allows(25 * kSecond - 1));
  CHECK(breaker.note(true, 25 * kSecond) == Change::closed);
  CHECK(breaker.allows(25 * kSecond));
  CHECK_FALSE(breaker.open());
}

TEST_CASE("a breaker without failures never opens") {
  Breaker breaker(BreakerConfig{});
  for (int i = 0; i < 100; ++i) CHECK(breaker.note(false, i) == Change::none);
  CHECK(breaker.allows(100));
}

TEST_CASE("a plugin that fails again and again is left alone, its events pass, and it is tried again") {
  MoodyStage moody(PluginConfig::OnBreak::pass);
  for (int i = 0; i < 3; ++i) CHECK(moody.run({"mood.fail"}, i) == 1);
  CHECK(moody.stage.state() == "bypassed");
  CHECK(moody.stage.why() == "it failed or took too long 3 times in a row, at last: not today");
  CHECK(moody.run({"mood.drop", "other"}, kSecond) == 2);
  CHECK(moody.stage.counters().unseen == 1);
  CHECK(moody.run({"mood.drop", "other"}, 6 * kSecond) == 1);
  CHECK(moody.stage.state() == "enabled");
  CHECK(moody.stage.why().empty());
  CHECK(moody.stage.counters().breaks == 1);
  REQUIRE(moody.ending.news.size() == 2);
  CHECK(moody.ending.news[0].type == "seneca.plugin.broken");
  CHECK(moody.ending.news[1].type == "seneca.plugin.recovered");
}

TEST_CASE("with on_break drop its events are refused meanwhile, with the reason, and others pass") {
  MoodyStage moody(PluginConfig::OnBreak::drop);
  for (int i = 0; i < 3; ++i) (void)moody.run({"mood.fail"}, i);
  CHECK(moody.stage.state() == "dropping");
  CHECK(moody.run({"mood.x", "other", "mood.y", "another"}, kSecond) == 2);
  REQUIRE(moody.ending.reasons.size() == 2);
  CHECK(moody.ending.reasons[1] == moody.stage.why());
  moody.stage.enable();
  CHECK(moody.run({"mood.x"}, kSecond) == 1);
  CHECK(moody.stage.state() == "enabled");
}

TEST_CASE(
    "a batch that takes longer than its budget is counted, told once a minute, and bad for the breaker") {
  MoodyStage moody(PluginConfig::OnBreak::pass, 20);
  for (int i = 0; i < 2; ++i) CHECK(moody.run({"mood.slow"}, i) == 1);
  CHECK(moody.stage.counters().over_budget == 2);
  REQUIRE(moody.ending.news.size() == 1);
  CHECK(moody.ending.news[0].type == "seneca.plugin.slow");
  CHECK(moody.ending.news[0].why.find("and it has 20 (budget_ms)") != std::string::npos);
  CHECK(moody.run({"mood.slow"}, 3) == 1);
  CHECK(moody.stage.state() == "bypassed");
}
