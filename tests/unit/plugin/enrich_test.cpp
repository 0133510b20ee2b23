#include <string>

#include "support/plugin_bench.h"
#include "support/temp_dir.h"

using namespace relay;
using namespace relay::test;

namespace {

const std::filesystem::path kPlugin = std::filesystem::path(BUILT_PLUGINS) / "enrich.so";

std::string with_file(const std::filesystem::path& file) {
  return R"({"data": {"team": {"lookup": "teams", "by": "type"}}, "files": {"teams": ")" + file.string() +
         R"("}})";
}

std::string refusal(Bench& bench, const std::string& config) {
  const auto plugin = bench.create(kPlugin, config);
  return plugin ? "none" : plugin.error().message;
}

}  // namespace

TEST_CASE("enrich looks up what a file says") {
  const TempDir dir;
  Bench bench;
  const auto plugin =
      bench.must_create(kPlugin, with_file(dir.write("teams.json", " {\"t\": {\"n\": 1e2}}\n")));
  const EventRef event = make_event("t", "1", "{}");
  EventBatch batch({});
  batch.assign({&event, 1});
  plugin->process(batch);
  CHECK(batch.event(0).data() == R"({"team":{"n": 1e2}})");
}

TEST_CASE("enrich says which file, table or name cannot be used") {
  const TempDir dir;
  Bench bench;
  const std::string path = (dir.path() / "teams.json").string();
  CHECK(refusal(bench, with_file(path)) == "refused its configuration: " + path + " cannot be read");
  for (const char* text : {"", "[]", "{} {}", R"({"a":1)", R"({"a":"})"}) {
    dir.write("teams.json", text);
    CHECK(refusal(bench, with_file(path)) ==
          "refused its configuration: " + path + " must hold one JSON object");
  }
  CHECK(refusal(bench, R"({"data": {"a": {"lookup": "b", "by": "type"}}})") ==
        "refused its configuration: a: there is no table \"b\"; add it to tables or files");
  CHECK(refusal(bench, R"({"data": {"a": {"from": "type", "value": 1}}})") ==
        "refused its configuration: a: give one of value, from and lookup");
  CHECK(refusal(bench, R"({"data": {"a": {"from": "subjct"}}})")
            .find("\"subjct\" is no attribute of an event") != std::string::npos);
  CHECK(refusal(bench, R"({"extensions": {"Tenant": {"value": 1}}})") ==
        "refused its configuration: \"Tenant\" is no name for an extension attribute; use up to 20 of a-z "
        "and 0-9");
}
