#include "config/loader.h"

#include <sys/stat.h>
#include <unistd.h>

#include "config/consistency.h"
#include "support/catch.h"
#include "support/temp_dir.h"

using namespace relay;

namespace {

Config loaded(const std::string& text, const std::vector<std::string>& overrides = {}) {
  ConfigResult result = load_config_text(text, "f", overrides);
  INFO((result ? "" : result.error().front().to_string()));
  REQUIRE(result);
  return result->config;
}

std::string code_of_file(const std::string& path) {
  const ConfigResult result = load_config_file(path);
  REQUIRE_FALSE(result);
  REQUIRE(result.error().size() == 1);
  CHECK(result.error().front().file == path);
  return result.error().front().code;
}

}  // namespace

TEST_CASE("an empty object means the defaults") { CHECK(loaded("{}") == default_config()); }

TEST_CASE("the default routes send every depth of a topic to its Socket.IO event") {
  const std::vector<RouteConfig> routes = default_routes();
  REQUIRE(routes.size() == 8);
  CHECK(routes.front().match == std::vector<std::string>{"agent.**"});
  CHECK(routes.front().event == "agent_update");
  CHECK(routes.front().rooms == std::vector<std::string>{"observers"});
  CHECK(routes.back().match == std::vector<std::string>{"**"});
  CHECK(routes.back().rooms == std::vector<std::string>{"general"});
  CHECK(routes.back().fallback);
}

TEST_CASE("keys that are not written keep their defaults") {
  const Config config =
      loaded(R"({"server": {"threads": 3, "drain_timeout": 0.5}, "rooms": {"default_room": "lobby"}})");
  CHECK(config.server.threads == 3);
  CHECK(config.server.drain_timeout == 0.5);
  CHECK(config.rooms.default_room == "lobby");
  CHECK(config.server.ping_interval == 25);
  CHECK(config.routes == default_routes());
}

TEST_CASE("sizes and durations may be written with units, one text stands for an array of one") {
  const Config config =
      loaded(R"({"server": {"listen": "[::1]:0", "ping_timeout": "2m", "max_http_buffer_size": "1MB"},
      "sources": [{"type": "marcus", "path": "m", "naive_tz": "-06:00", "backfill": "12h", "max_line": "1MiB"}],
      "routes": [{"match": "a.*", "event": "e", "rooms": ["r"]}]})");
  CHECK(config.server.listen == std::vector<std::string>{"[::1]:0"});
  CHECK(config.server.ping_timeout == 120);
  CHECK(config.server.max_http_buffer_size == 1000000);
  REQUIRE(config.sources.size() == 1);
  CHECK(config.sources[0].naive_tz_offset_s == -21600);
  CHECK(config.sources[0].backfill == 43200);
  CHECK(config.sources[0].max_line == 1048576);
  REQUIRE(config.routes.size() == 1);
  CHECK(config.routes[0].match == std::vector<std::string>{"a.*"});
}

TEST_CASE("every source type and plugin setting is carried over") {
  const Config config = loaded(R"({"sources": [{"type": "stdin"}, {"type": "demo", "rate": 0.5, "seed": 7}],
      "plugins": [{"path": "/opt/redact.so", "match": ["a.**"], "config": {"n": 1e400 /* kept */}, "on_error": "disable"}]})");
  CHECK(config.sources[0].type == SourceConfig::Type::standard_input);
  CHECK(config.sources[1].type == SourceConfig::Type::demo);
  CHECK(config.sources[1].rate == 0.5);
  CHECK(config.sources[1].seed == 7);
  REQUIRE(config.plugins.size() == 1);
  CHECK(config.plugins[0].name == "redact");
  CHECK(config.plugins[0].config == R"({"n":1e400})");
  CHECK(config.plugins[0].on_error == PluginConfig::OnError::disable);
}

TEST_CASE("an array in the file replaces the defaults, also an empty one") {
  const Config config = loaded(R"({"plugins": [], "routes": []})");
  CHECK(config.plugins.empty());
  CHECK(config.routes.empty());
}

TEST_CASE("a configuration that cannot be a regular file is refused at once") {
  const test::TempDir dir;
  const std::string fifo = (dir.path() / "fifo").string();
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(code_of_file((dir.path() / "missing").string()) == "no_file");
  CHECK(code_of_file(dir.path().string()) == "not_a_file");
  CHECK(code_of_file(fifo) == "not_a_file");
  CHECK(code_of_file("/dev/zero") == "not_a_file");
  CHECK(code_of_file(dir.write("empty", "").string()) == "empty_file");
  CHECK(code_of_file(dir.write("blank", " \n").string()) == "empty_file");
  CHECK(code_of_file(dir.write("large", std::string(kMaxConfigFileBytes + 1, ' ')).string()) ==
        "file_too_large");
}

TEST_CASE("a file without read permission is named as such") {
  if (geteuid() == 0) return;  // root may read everything
  const test::TempDir dir;
  const std::string path = dir.write("secret", "{}").string();
  REQUIRE(chmod(path.c_str(), 0) == 0);
  CHECK(code_of_file(path) == "unreadable");
}

TEST_CASE("a file is loaded, and its name stands in problems") {
  const test::TempDir dir;
  const std::string good = dir.write("good.json", R"({"server": {"threads": 2}} // fine)").string();
  CHECK(load_config_file(good).value().config.server.threads == 2);
  const std::string bad = dir.write("bad.json", R"({"server": {"threds": 2}})").string();
  const ConfigResult result = load_config_file(bad);
  REQUIRE_FALSE(result);
  CHECK(result.error()[0].to_string() ==
        bad + ":1:13: /server/threds: unknown key \"threds\"; did you mean \"threads\"? [unknown_key]");
}

TEST_CASE("overrides replace what the file says and are checked like it") {
  const Config config = loaded(R"({"server": {"ping_interval": 5}, "plugins": [{"path": "a"}]})",
                               {"server.ping_interval=10", "server.threads=2", "rooms.default_room=lobby",
                                "server.listen=[\"127.0.0.1:1\"]", "plugins.0.on_error=pass"});
  CHECK(config.server.ping_interval == 10);
  CHECK(config.server.threads == 2);
  CHECK(config.rooms.default_room == "lobby");
  CHECK(config.server.listen == std::vector<std::string>{"127.0.0.1:1"});
  CHECK(config.plugins[0].on_error == PluginConfig::OnError::pass);
}

TEST_CASE("bad overrides say what is wrong") {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"server.ping_interval", "bad_override"},        {"=1", "bad_override"},
      {"server..threads=1", "bad_override"},           {"plugins.7.name=x", "bad_override"},
      {"server.threads.x=1", "bad_override"},          {"server.thread=1", "unknown_key"},
      {"server.threads=many", "wrong_type"},           {"server.threads=-1", "out_of_range"},
      {"server.listen=127.0.0.1:70000", "bad_listen"}, {"rooms.default_room=\xFF", "bad_override"}};
  for (const auto& [assignment, code] : rows) {
    const ConfigResult result =
        load_config_text(R"({"server": {"threads": 1}, "plugins": []})", "f", {assignment});
    INFO(assignment);
    REQUIRE_FALSE(result);
    CHECK(result.error().front().code == code);
    CHECK(result.error().front().file == "--set");
    CHECK(result.error().front().line == 0);
  }
}

TEST_CASE("an override remembers that it came from --set") {
  const ConfigResult result =
      load_config_text("{\"server\": {\n\"threads\": 1}}", "f", {"server.ping_interval=9"});
  REQUIRE(result);
  REQUIRE(result->origin_of("/server/threads") != nullptr);
  CHECK(result->origin_of("/server/threads")->file == "f");
  CHECK(result->origin_of("/server/threads")->line == 2);
  REQUIRE(result->origin_of("/server/ping_interval") != nullptr);
  CHECK(result->origin_of("/server/ping_interval")->file == "--set");
  CHECK(result->origin_of("/server/ping_timeout") == nullptr);
}

TEST_CASE("a configuration changed by flags can be completed and checked again") {
  LoadedConfig changed = load_default_config().value();
  PluginConfig plugin;
  plugin.path = "/opt/marcus.so";
  changed.config.plugins.push_back(plugin);
  const ConfigProblems problems = complete_config(changed);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].code == "duplicate_value");
  CHECK(problems[0].pointer == "/plugins/2/name");
}
