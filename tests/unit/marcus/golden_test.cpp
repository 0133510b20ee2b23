// plugins/marcus/golden: records and what becomes of them, for people to read. SENECA_UPDATE_GOLDEN=1 writes
// the outcomes anew.

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "marcus_relay.h"
#include "support/catch.h"

namespace relay::test {
namespace {

std::string describe(const Event& event) {
  const std::string subject = event.subject().empty() ? "-" : std::string(event.subject());
  return std::string(event.type()) + " " + std::string(to_string(event.priority())) + " " + subject + " " +
         std::string(event.data());
}

/// The lines of marcus/golden with the outcomes as they are now.
std::string run_records(std::istream& in) {
  std::ostringstream out;
  auto plugin = std::make_unique<LoadedPlugin>(SENECA_MARCUS_PLUGIN);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("=")) continue;
    out << line << "\n";
    if (line.empty()) plugin = std::make_unique<LoadedPlugin>(SENECA_MARCUS_PLUGIN);
    if (line.empty() || line.starts_with("#")) continue;
    const size_t space = line.find(' ');
    const Outcome outcome = plugin->feed(line.substr(0, space), line.substr(space + 1));
    out << "= " << (outcome.verdict == Verdict::pass ? describe(*outcome.event) : "drop " + outcome.reason)
        << "\n";
    for (const EventRef& event : outcome.emitted) out << "= emit " << describe(*event) << "\n";
  }
  return out.str();
}

/// The same for marcus-ui/golden.
std::string run_views(std::istream& in) {
  std::ostringstream out;
  LoadedPlugin plugin(SENECA_MARCUS_UI_PLUGIN);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("=")) continue;
    out << line << "\n";
    if (line.empty() || line.starts_with("#")) continue;
    std::istringstream words(line);
    std::string ui_event, type, data, payload;
    words >> ui_event >> type >> std::ws;
    std::getline(words, data);
    EventFields fields;
    fields.id = "1";
    fields.source = "/marcus/main/derived";
    fields.type = type;
    fields.data = data;
    fields.time_us = 1772438400000000;
    const auto rendered = plugin.instance().render(*Event::make(fields), ui_event, payload);
    out << "= " << (rendered && *rendered ? payload : "declined") << "\n";
  }
  return out.str();
}

void check_golden(const std::string& path, std::string (*run)(std::istream& in)) {
  std::ifstream file(path);
  std::ostringstream expected;
  expected << file.rdbuf();
  std::istringstream input(expected.str());
  const std::string text = run(input);
  if (std::getenv("SENECA_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
  } else {
    CHECK(text == expected.str());
  }
}

}  // namespace

TEST_CASE("records become what the golden file of marcus says") {
  check_golden(SENECA_PLUGINS_DIR "/marcus/golden/happenings.txt", run_records);
}

TEST_CASE("events are shown as the golden file of marcus-ui says") {
  check_golden(SENECA_PLUGINS_DIR "/marcus-ui/golden/shapes.txt", run_views);
}

}  // namespace relay::test
