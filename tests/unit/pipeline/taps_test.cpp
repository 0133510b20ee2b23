#include "pipeline/taps.h"

#include <memory>
#include <seneca/json.hpp>

#include "support/catch.h"
#include "support/pipeline_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

using Texts = std::vector<std::string>;

struct TapBench : PipelineBench {
  std::shared_ptr<Tap> tap(const std::string& stage, bool diff = false, const Texts& match = {}) {
    auto made = std::make_shared<Tap>(TapPlace{stage, diff, *PatternSet::parse(match), Filter()});
    on_pipeline([&](Pipeline& running) { opened = running.open_tap(made); });
    return made;
  }
  Status opened;
};

Texts members(const std::shared_ptr<Tap>& tap, std::string_view member) {
  Texts texts;
  for (const Tap::Record& record : tap->take(SIZE_MAX).records)
    texts.push_back(seneca::JsonView(record.text).get(member).string());
  return texts;
}
Texts types(const std::shared_ptr<Tap>& tap) { return members(tap, "type"); }

}  // namespace

TEST_CASE("taps show the events before, between and behind the plugins") {
  TapBench bench;
  bench.pipeline.start(bench.plan({{fixture("everything"), "first", {"do.change", "do.emit"}},
                                   {fixture("everything"), "second", {"do.drop"}}}));
  const auto in = bench.tap("in"), first = bench.tap("first"), second = bench.tap("second"),
             out = bench.tap("out");
  bench.publish(Texts{"do.drop", "do.change", "do.emit", "x"});
  CHECK(types(in) == Texts{"do.drop", "do.change", "do.emit", "x"});
  CHECK(types(first) == Texts{"do.drop", "changed.e1", "do.emit", "made.first", "made.second", "x"});
  CHECK(types(second) == Texts{"changed.e1", "do.emit", "made.first", "made.second", "x"});
  const auto left = out->take(SIZE_MAX).records;
  REQUIRE(left.size() == 5);
  CHECK(seneca::JsonView(left[4].text).get("sequence").string() == "5");
  CHECK(seneca::JsonView(left[4].text).get("epoch").string() == "EPOCH");
}

TEST_CASE("a tap shows what it was asked for, and what passes a disabled plugin") {
  TapBench bench;
  bench.pipeline.start(bench.plan({{fixture("everything")}}));
  Status disabled;
  bench.on_pipeline([&](Pipeline& running) { disabled = running.disable("it", "test"); });
  REQUIRE(disabled);
  const auto behind = bench.tap("it", false, {"do.*"}), diff = bench.tap("it", true);
  bench.publish(Texts{"do.drop", "x"});
  CHECK(types(behind) == Texts{"do.drop"});
  CHECK(diff->take(SIZE_MAX).records.empty());
}

TEST_CASE("an emission that cannot be read is there until it leaves, which it does not") {
  TapBench bench;
  bench.pipeline.start(bench.plan({}));
  const auto in = bench.tap("in"), out = bench.tap("out");
  bench.publish(Texts{"seneca.emit", "x"});
  CHECK(types(in) == Texts{"seneca.emit", "x"});
  CHECK(types(out) == Texts{"x"});
}

TEST_CASE("a diff tells verdict, reason, changes and emissions, and counts what is left as it was") {
  TapBench bench;
  bench.pipeline.start(bench.plan({{fixture("everything")}}));
  const auto diff = bench.tap("it", true);
  bench.publish(Texts{"do.pass", "do.drop", "do.change", "do.nothing.twice", "do.emit", "do.throw"});
  const Tap::Taken taken = diff->take(SIZE_MAX);
  CHECK(taken.untouched == 2);
  REQUIRE(taken.records.size() == 4);
  const auto step = [&taken](size_t i) { return seneca::JsonView(taken.records[i].text); };
  CHECK(step(0).get("verdict").string() == "drop");
  CHECK(step(0).get("reason").string() == "told to");
  CHECK(step(0).get("event").get("type").string() == "do.drop");
  CHECK(step(1).get("verdict").string() == "pass");
  CHECK(step(1).pointer("/changes/0/field").string() == "type");
  CHECK(step(1).pointer("/changes/0/new").string() == "changed.e1");
  CHECK(step(2).get("changes").size() == 0);
  CHECK(step(2).get("emitted").size() == 2);
  CHECK(step(3).get("verdict").string() == "fail");
  CHECK(step(3).get("emitted").size() == 0);
}

TEST_CASE("a plugin that is replaced keeps its taps, one that is removed ends them") {
  TapBench bench;
  bench.pipeline.start(bench.plan({{fixture("everything")}}));
  const auto diff = bench.tap("it", true), in = bench.tap("in");
  Stage fresh = bench.stage({fixture("everything")});
  Status replaced;
  bench.on_pipeline([&](Pipeline& running) { replaced = running.replace(fresh); });
  REQUIRE(replaced);
  bench.publish(Texts{"do.drop"});
  CHECK(members(diff, "verdict") == Texts{"drop"});
  PipelinePlan empty = bench.plan({});
  bench.on_pipeline([&](Pipeline& running) { empty = running.exchange(std::move(empty)); });
  CHECK(diff->take(SIZE_MAX).ended == "it is no longer in the pipeline");
  bench.publish(Texts{"do.drop"});
  CHECK(types(in) == Texts{"do.drop", "do.drop"});
}

TEST_CASE("an unknown stage is refused with the names of those that exist, the ninth tap until one leaves") {
  TapBench bench;
  bench.pipeline.start(bench.plan({{fixture("everything")}}));
  bench.tap("nobody");
  REQUIRE_FALSE(bench.opened);
  CHECK(bench.opened.error().code == "stage_unknown");
  CHECK(bench.opened.error().message == "is no stage of the pipeline; there are in, out, it");
  bench.tap("in", true);
  CHECK_FALSE(bench.opened);
  std::vector<std::shared_ptr<Tap>> taps;
  for (size_t i = 0; i < Taps::kMaxTaps; ++i) taps.push_back(bench.tap("in"));
  CHECK(bench.opened);
  bench.tap("in");
  REQUIRE_FALSE(bench.opened);
  CHECK(bench.opened.error().code == "too_many_taps");
  taps.front()->leave();
  bench.tap("in");
  CHECK(bench.opened);
}

TEST_CASE("a tap that is full leaves out the newest and says how many are missing where they are missing") {
  Tap tap(TapPlace{});
  for (size_t i = 0; i < Tap::kMaxRecords + 3; ++i) tap.put("a");
  CHECK(tap.take(1).records.size() == 1);
  tap.put("b");
  tap.put("c");
  Tap::Taken rest = tap.take(SIZE_MAX);
  REQUIRE(rest.records.size() == Tap::kMaxRecords);
  CHECK(rest.records.back().text == "b");
  CHECK(rest.records.back().left_out == 3);
  CHECK(rest.left_out == 1);
  tap.put(std::string(Tap::kMaxBytes + 1, 'x'));
  tap.put("d");
  rest = tap.take(SIZE_MAX);
  CHECK(rest.records.size() == 1);
  CHECK(rest.left_out == 1);
}
