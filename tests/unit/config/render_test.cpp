#include "config/render.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/catch.h"

using namespace relay;

namespace {

Config unusual_config() {
  Config config =
      load_config_text(R"({"server": {"listen": ["127.0.0.1:1", "[::1]:2"], "drain_timeout": 0.25},
      "sources": [{"type": "marcus", "path": "a \"b\" \\ ä", "naive_tz": "-06:00", "backfill": "90m"},
                  {"type": "stdin", "max_line": "1MiB"}, {"type": "demo", "rate": 0.1, "seed": 9007199254740991}],
      "plugins": [{"path": "/opt/x.so", "config": {"k": [1, {"n": "v"}]}, "on_error": "pass"}],
      "routes": [{"match": ["a.*", "b"], "filter": "priority >= high", "event": "e", "namespace": "/x",
                  "rooms": ["r", "s"], "priority": "low", "view": "none", "fallback": true}],
      "journal": {"retention": {"bytes": "1GiB"}}})",
                       "f")
          .value()
          .config;
  return config;
}

}  // namespace

TEST_CASE("the default configuration text loads back to exactly the defaults") {
  const ConfigResult result = load_config_text(default_config_text(), "default");
  REQUIRE(result);
  CHECK(result->config == default_config());
}

TEST_CASE("the default configuration text is as agreed") {
  std::ifstream file(SENECA_GOLDEN_DIR "/config_default.json5.txt");
  std::stringstream golden;
  golden << file.rdbuf();
  CHECK(default_config_text() == golden.str());
}

TEST_CASE("a shown configuration is plain JSON and loads back equal") {
  for (const Config& config : {default_config(), unusual_config()}) {
    const std::string text = show_config(config);
    CHECK(nlohmann::json::parse(text, nullptr, false).is_object());
    const ConfigResult result = load_config_text(text, "shown");
    REQUIRE(result);
    CHECK(result->config == config);
  }
}

TEST_CASE("origins name the file and line, --set or default") {
  const LoadedConfig loaded =
      load_config_text("{\"server\":\n{\"threads\": 1}}", "f", {"rooms.max_room_size=5"}).value();
  const std::string text = show_config_origins(loaded);
  CHECK(text.find("/server/threads = 1  # f:2:13\n") != std::string::npos);
  CHECK(text.find("/rooms/max_room_size = 5  # --set\n") != std::string::npos);
  CHECK(text.find("/server/ping_interval = 25  # default\n") != std::string::npos);
}

TEST_CASE("the schema is JSON and describes keys with type, bounds, default and required ones") {
  const nlohmann::json schema = nlohmann::json::parse(config_schema_json(), nullptr, false);
  REQUIRE(schema.is_object());
  CHECK(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema");
  CHECK(schema["additionalProperties"] == false);
  const nlohmann::json& threads = schema["properties"]["server"]["properties"]["threads"];
  CHECK(threads["type"] == "integer");
  CHECK(threads["maximum"] == 1024);
  CHECK(threads["default"] == 0);
  const nlohmann::json& sources = schema["properties"]["sources"]["items"]["oneOf"];
  REQUIRE(sources.size() == 3);
  CHECK(sources[0]["properties"]["type"]["const"] == "marcus");
  CHECK(sources[0]["required"] == nlohmann::json({"type", "path"}));
  CHECK_FALSE(sources[1]["properties"].contains("path"));
  const nlohmann::json& route = schema["properties"]["routes"]["items"];
  CHECK(route["required"] == nlohmann::json({"match", "event", "rooms"}));
  CHECK_FALSE(route["properties"]["event"].contains("default"));
}
