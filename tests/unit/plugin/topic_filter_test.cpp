#include <fstream>
#include <sstream>
#include <string>

#include "support/plugin_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

const std::filesystem::path kPlugin = std::filesystem::path(BUILT_PLUGINS) / "topic-filter.so";

// "pass" or the reason of the drop.
std::string fate(PluginInstance& plugin, const std::string& type) {
  const EventRef event = make_event(type);
  EventBatch batch({});
  batch.assign({&event, 1});
  plugin.process(batch);
  return batch.verdict(0) == Verdict::pass ? "pass" : std::string(batch.reason(0));
}

}  // namespace

TEST_CASE("topic-filter does what its golden table says") {
  std::ifstream table(std::filesystem::path(PLUGIN_SOURCES) / "topic-filter/golden/fates.txt");
  REQUIRE(table);
  Bench bench;
  std::unique_ptr<PluginInstance> plugin;
  int checked = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '{') {
      plugin = bench.must_create(kPlugin, line);
      continue;
    }
    std::istringstream words(line);
    std::string type, wanted;
    words >> type >> std::ws;
    std::getline(words, wanted);
    INFO(line);
    CHECK(fate(*plugin, type) == wanted);
    ++checked;
  }
  CHECK(checked > 20);
}

TEST_CASE("topic-filter names the key that was meant") {
  Bench bench;
  const auto plugin = bench.create(kPlugin, R"({"alow": ["agent.*"]})");
  REQUIRE_FALSE(plugin);
  CHECK(plugin.error().message == R"(is not a known key; did you mean "allow"?)");
}
