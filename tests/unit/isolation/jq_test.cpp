// The plugin that cannot do without a process of its own.
#include <filesystem>

#include "isolated_bench.h"

using namespace relay;
using namespace relay::test;

TEST_CASE("jq wants a process of its own, and a program that never ends costs one event there") {
  const std::filesystem::path file = std::filesystem::path(BUILT_PLUGINS) / "jq.so";
  if (!std::filesystem::exists(file)) return;  // built without libjq
  const std::string config = R"({"program": "if .type == \"loop\" then def f: f; f else .data = 7 end"})";
  Bench here;
  const auto refused = here.create(file, config);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Catch::Matchers::Contains("\"isolation\": \"process\""));

  IsolatedBench bench(100'000);
  auto trusted = TrustedFile::open(file);
  REQUIRE(trusted);
  auto library = IsolatedLibrary::open(file, std::move(*trusted), bench.settings, bench.surroundings());
  if (!library) FAIL(library.error().to_string());
  auto plugin = PluginInstance::create(*library, "jq", config, bench.surroundings());
  if (!plugin) FAIL(plugin.error().to_string());
  const std::vector<EventRef> events = {make_event("a"), make_event("loop"), make_event("b")};
  EventBatch batch({});
  batch.assign(events);
  (*plugin)->process(batch);
  CHECK(batch.event(0).data() == "7");
  CHECK(batch.verdict(1) == Verdict::fail);
  CHECK(batch.is_killing(1));
  CHECK(batch.event(2).data() == "7");
}
