// The built-in demo through the plugin, against tests/golden/marcus. SENECA_UPDATE_GOLDEN=1 writes the file
// anew.

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "ingest/demo_marcus.h"
#include "marcus_relay.h"
#include "summary.h"
#include "support/catch.h"

namespace relay::test {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a thousand records of the demo become the events of the golden file") {
  constexpr int64_t kStart = 1772438220000000;
  DemoMarcus demo(1, kStart);
  LoadedPlugin plugin(SENECA_MARCUS_PLUGIN);
  Summary summary;
  for (int i = 0; i < 1000; ++i) {
    const DemoRecord record = demo.next();
    const EventRef event = read_record(to_string(record.kind), record.json, "demo:" + std::to_string(i));
    REQUIRE(summary.feed(plugin, event).verdict != Verdict::fail);
  }
  std::ostringstream text;
  summary.write(text);

  const std::string golden = SENECA_GOLDEN_DIR "/demo_seed1_1000.txt";
  if (std::getenv("SENECA_UPDATE_GOLDEN") != nullptr) std::ofstream(golden) << text.str();
  CHECK(text.str() == read_file(golden));
}

}  // namespace relay::test
