#include "pipeline/walk.h"

#include <seneca/json.hpp>

#include "support/catch.h"
#include "support/pipeline_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

struct WalkBench : PipelineBench {
  /// Walks an event of `type` through plugins of these names, each `everything` where it matches.
  seneca::JsonView walk(const std::vector<StageSpec>& specs, const std::string& type, bool stateful = true,
                        const std::vector<RouteConfig>& routes = {}) {
    PipelinePlan made = plan(specs, routes);
    EventBatch batch{EventBatch::Limits()};
    answer = walk_event(made, make_event(type), stateful, batch);
    calls = made.stages.empty() ? 0 : made.stages[0].plugin().counters().calls;
    return seneca::JsonView(answer);
  }
  std::string answer;
  uint64_t calls = 0;
};

RouteConfig route(const std::string& event, const std::string& view = "none") {
  RouteConfig config;
  config.match = {"**"};
  config.event = event;
  config.rooms = {"a", "b"};
  config.view = view;
  return config;
}

StageSpec spec(const std::string& name, const std::string& match) {
  return {fixture("everything"), name, {match}};
}

}  // namespace

TEST_CASE("an event walks through the plugins that see it, and what they emit through those behind them") {
  WalkBench bench;
  const auto json =
      bench.walk({spec("first", "do.emit"), spec("second", "made.first"), spec("third", "none")}, "do.emit",
                 true, {route("shown")});
  CHECK(json.get("accepted").boolean());
  REQUIRE(json.get("steps").size() == 2);
  CHECK(json.pointer("/steps/0/plugin").equals("first"));
  CHECK(json.pointer("/steps/0/emitted").size() == 2);
  CHECK(json.pointer("/steps/1/plugin").equals("second"));
  CHECK(json.pointer("/steps/1/event/type").equals("made.first"));
  CHECK(json.get("out").size() == 3);
  CHECK(json.pointer("/out/0/routes/0/event").equals("shown"));
  CHECK(json.pointer("/out/0/routes/0/rooms").raw() == R"(["a","b"])");
  CHECK(json.pointer("/out/0/routes/0/payload/type").equals("do.emit"));
}

TEST_CASE("plugins with state or a timer are not asked, unless told to") {
  WalkBench bench;
  const auto json = bench.walk({spec("it", "**")}, "do.drop", false);
  CHECK(bench.calls == 0);
  CHECK(json.pointer("/steps/0/verdict").equals("unasked"));
  CHECK(json.pointer("/steps/0/reason").equals("it keeps state"));
  CHECK(json.get("out").size() == 1);
  CHECK(bench.walk({spec("it", "**")}, "do.drop").pointer("/steps/0/verdict").equals("drop"));
  CHECK(bench.calls == 1);
}

TEST_CASE("whoever publishes it would hear of a rejection or a failure, but not of a drop") {
  WalkBench bench;
  const std::vector<StageSpec> one = {spec("it", "**")};
  CHECK(bench.walk(one, "do.drop").get("accepted").boolean());
  CHECK_FALSE(bench.walk(one, "do.reject").get("accepted").boolean());
  CHECK_FALSE(bench.walk(one, "do.throw").get("accepted").boolean());
  CHECK(bench.walk(one, "do.throw").get("out").size() == 0);
  CHECK_FALSE(bench.walk({}, "seneca.emit").get("accepted").boolean());
  CHECK(bench.walk({}, "seneca.emit").pointer("/out/0/reason").is_string());
}

TEST_CASE("on_error pass lets a failed event go on, and disable disables nothing") {
  WalkBench bench;
  for (const auto on_error : {PluginConfig::OnError::pass, PluginConfig::OnError::disable}) {
    StageSpec shaky = spec("it", "**"), next = spec("next", "**");
    shaky.on_error = next.on_error = on_error;
    const auto json = bench.walk({shaky, next}, "do.fail");
    CHECK(json.get("accepted").boolean());
    CHECK(json.pointer("/steps/1/plugin").equals("next"));
  }
}

TEST_CASE("a changed event goes to its own room, in the shape of a view") {
  WalkBench bench;
  const auto json = bench.walk({spec("it", "do.*")}, "do.change", true, {route("shape", "auto")});
  const auto shown = json.pointer("/out/0/routes/0");
  CHECK(json.pointer("/steps/0/changes").size() > 3);
  CHECK(shown.get("rooms").raw() == R"(["elsewhere"])");
  CHECK(shown.get("view").equals("it"));
  CHECK(shown.get("payload").get("of").is_string());
}

TEST_CASE("a walk gives no offset, and the pipeline goes on as before") {
  PipelineBench bench;
  bench.pipeline.start(bench.plan({{fixture("everything")}}));
  std::string answer;
  bench.on_pipeline([&](Pipeline& running) { answer = running.walk(make_event("do.change"), true); });
  CHECK(seneca::JsonView(answer).get("out").size() == 1);
  CHECK(bench.publish({"x"}).first_offset == 1);
  CHECK(bench.sink.types() == std::vector<std::string>{"x"});
}
