#include "server/server.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/clock.h"
#include "support/catch.h"
#include "support/http_socket.h"
#include "support/temp_dir.h"

using namespace relay;
using namespace relay::test;

namespace {

using nlohmann::json;
using Keys = std::vector<std::string>;

Config quiet_config(int threads = 1) {
  Config config = default_config();
  config.server.listen = {"127.0.0.1:0"};
  config.server.threads = threads;
  config.journal.engine = JournalConfig::Engine::memory;
  config.plugins.clear();
  config.sources.clear();
  return config;
}

PluginConfig everything() {
  PluginConfig plugin;
  plugin.path = std::string(FIXTURE_PLUGINS) + "/everything.so";
  return plugin;
}

struct Relay {
  explicit Relay(const Config& config, bool insecure = false)
      : server(config, {{std::filesystem::path(BUILT_PLUGINS)}, insecure}, clock, *logger) {}
  /// The same, running.
  Relay& started() {
    if (const Status status = server.start(); !status) FAIL(status.error().to_string());
    return *this;
  }
  [[nodiscard]] const std::string& address() const { return server.addresses().at(0); }
  [[nodiscard]] json get(const std::string& path) const {
    const std::string answer = http(address(), "GET", path);
    return json::parse(answer.substr(std::min(answer.find("\r\n\r\n"), answer.size())), nullptr, false);
  }
  [[nodiscard]] std::string publish(const std::string& body) const {
    return http(address(), "POST", "/api/v1/events", body);
  }

  /// Until exactly these events of sources are in the log, in this order.
  void wait_for_events(const Keys& types) const {
    Keys seen;
    while (seen != types && seen.size() <= types.size()) {
      seen.clear();
      const json history = get("/api/v1/events?match=first,second,*.stopped");
      for (const json& event : history["events"]) seen.push_back(event["type"]);
    }
    CHECK(seen == types);
  }

  SystemClock clock;
  std::unique_ptr<Logger> logger = make_null_logger();
  Server server;
};

bool begins_with(const std::string& text, const std::string& start) { return text.rfind(start, 0) == 0; }

size_t open_descriptors() {
  const auto all = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}
size_t running_threads() {
  const auto all = std::filesystem::directory_iterator("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

TEST_CASE("with any number of threads what is published is accepted and can be read back") {
  for (const int threads : {1, 2, 4}) {
    Relay relay(quiet_config(threads));
    relay.started();
    CHECK(relay.server.threads() == threads);
    for (int i = 1; i <= 12; ++i) {
      const std::string answer = relay.publish(R"([{"type":"a.b","data":1},{"type":"a.c","data":2}])");
      INFO(answer);
      CHECK(begins_with(answer, "HTTP/1.1 202 "));
      CHECK(answer.find("\"accepted\":2,\"first_offset\":" + std::to_string(2 * i - 1)) != std::string::npos);
    }
    const json history = relay.get("/api/v1/events?match=a.c&limit=5");
    REQUIRE(history["events"].size() == 5);
    CHECK(history["next"] == 11);
    const json stats = relay.get("/api/v1/stats");
    CHECK(stats["intake"]["events"] == 24);
    CHECK(stats["pipeline"]["events_out"] == 24);
    CHECK(stats["shards"].size() == static_cast<size_t>(threads));
  }
}

TEST_CASE("an event reaches the streams of every thread") {
  Relay relay(quiet_config(4));
  relay.started();
  std::vector<std::unique_ptr<HttpSocket>> streams;
  for (int i = 0; i < 12; ++i) {
    streams.push_back(std::make_unique<HttpSocket>(relay.address()));
    streams.back()->send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    REQUIRE(begins_with(streams.back()->read_until("\r\n\r\n"), "HTTP/1.1 200 "));
  }
  (void)relay.publish(R"({"type":"a.b","data":"to everybody"})");
  for (const auto& stream : streams)
    CHECK(stream->read_until("to everybody").find("to everybody") != std::string::npos);
  CHECK(relay.get("/api/v1/clients")["clients"].size() == 12);
}

TEST_CASE("an address other machines can reach is refused unless the operator insists") {
  Config config = quiet_config();
  config.server.listen = {"127.0.0.1:0", "0.0.0.0:0"};
  Relay relay(config);
  CHECK(relay.server.check().error().code == "exposed");
  const Status started = relay.server.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().code == "exposed");
  CHECK(started.error().subject == "0.0.0.0:0");
  CHECK(Relay(config, true).server.check());
}

TEST_CASE("a busy port is named and nothing is left open") {
  Relay first(quiet_config());
  first.started();
  const size_t descriptors = open_descriptors();
  const size_t threads = running_threads();
  Config config = quiet_config(2);
  config.server.listen = {"127.0.0.1:0", first.address()};
  {
    Relay second(config);
    const Status started = second.server.start();
    REQUIRE_FALSE(started);
    CHECK(started.error().code == "port_busy");
    CHECK(started.error().subject.find(first.address()) != std::string::npos);
    CHECK(open_descriptors() == descriptors);
  }
  CHECK(running_threads() <= threads);  // one of an earlier test may have been ending
  CHECK(begins_with(http(first.address(), "GET", "/healthz"), "HTTP/1.1 200 "));
}

TEST_CASE("a plugin that cannot be opened stops the start and is named") {
  Config config = quiet_config();
  config.plugins = {everything()};
  config.plugins[0].path = "topic-filtre";
  Relay relay(config);
  CHECK(relay.server.check().error().code == "plugin_not_found");
  CHECK_FALSE(relay.server.start());
}

TEST_CASE("a reload changes what can change and names what needs a restart") {
  Relay relay(quiet_config());
  relay.started();
  CHECK(relay.server.plugins().empty());
  Config fresh = quiet_config(3);
  fresh.server.listen = {"127.0.0.1:1"};
  fresh.server.max_connections = 5;
  fresh.rooms.max_room_size = 7;
  fresh.security.content_filtering.max_message_size = 1000;
  fresh.journal.memory_events = 5;
  fresh.sources.emplace_back();
  fresh.plugins = {everything()};
  const auto left_alone = relay.server.reload(fresh);
  REQUIRE(left_alone);
  CHECK(*left_alone == Keys{"server.listen", "server.threads", "server.max_connections",
                            "rooms.max_room_size", "security.content_filtering.max_message_size", "journal",
                            "sources"});
  CHECK(relay.server.threads() == 1);
  const std::string rejected = relay.publish(R"({"type":"do.reject","data":1})");
  CHECK(begins_with(rejected, "HTTP/1.1 422 "));
  CHECK(rejected.find("everything: not wanted") != std::string::npos);
  CHECK(relay.get("/api/v1/plugins")["plugins"][0]["state"] == "enabled");
  CHECK(relay.server.reload(quiet_config())->empty());
  CHECK(begins_with(relay.publish(R"({"type":"do.reject","data":1})"), "HTTP/1.1 202 "));
}

TEST_CASE("a reload that fails changes nothing") {
  Config config = quiet_config();
  config.plugins = {everything()};
  Relay relay(config);
  relay.started();
  Config broken = quiet_config();
  broken.plugins = {everything()};
  broken.plugins[0].config = R"({"refuse":true})";
  CHECK_FALSE(relay.server.reload(broken));
  broken = quiet_config();
  broken.routes[0].filter = "(";
  CHECK_FALSE(relay.server.reload(broken));
  CHECK(begins_with(relay.publish(R"({"type":"do.reject","data":1})"), "HTTP/1.1 422 "));
}

TEST_CASE("a plugin that is a source brings events in, and is told of among the sources") {
  Config config = quiet_config();
  config.plugins = {everything()};
  config.plugins[0].name = "teller";
  config.plugins[0].config = R"({"source":"first"})";
  Relay relay(config);
  relay.started();
  relay.wait_for_events({"first"});
  const json source = relay.get("/api/v1/stats")["sources"][0];
  CHECK(source["name"] == "teller");
  CHECK(source["type"] == "plugin");
  CHECK(source["state"] == "telling");
  CHECK(source["last_error"] == "");
}

TEST_CASE(
    "on reload a source stays while its configuration does, and else stops before its successor starts") {
  Config config = quiet_config();
  config.plugins = {everything()};
  config.plugins[0].config = R"({"source":"first"})";
  Relay relay(config);
  relay.started();
  relay.wait_for_events({"first"});
  REQUIRE(relay.server.reload(config));
  Config broken = config;
  broken.plugins[0].config = R"({"source":"second","refuse":true})";
  CHECK_FALSE(relay.server.reload(broken));
  CHECK(relay.get("/api/v1/stats")["sources"][0]["told"] == "first");
  config.plugins[0].config = R"({"source":"second"})";
  REQUIRE(relay.server.reload(config));
  relay.wait_for_events({"first", "first.stopped", "second"});
  REQUIRE(relay.server.reload(quiet_config()));
  relay.wait_for_events({"first", "first.stopped", "second", "second.stopped"});
  CHECK(relay.get("/api/v1/stats")["sources"].empty());
}

TEST_CASE("a source that cannot be started says why, and is tried again on reload") {
  Config config = quiet_config();
  config.plugins = {everything()};
  config.plugins[0].config = R"({"source":"fail"})";
  Relay relay(config);
  relay.started();
  const auto check = [&relay] {
    const json source = relay.get("/api/v1/stats")["sources"][0];
    CHECK(source["state"] == "failed");
    CHECK(source["last_error"] == "could not be started: told to fail");
  };
  check();
  REQUIRE(relay.server.reload(config));
  check();
}

TEST_CASE("what a source publishes while it stops is delivered before the relay ends") {
  Config config = quiet_config();
  config.plugins = {everything()};
  config.plugins[0].config = R"({"source":"first"})";
  Relay relay(config);
  relay.started();
  HttpSocket stream(relay.address());
  stream.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  (void)stream.read_until("\r\n\r\n");
  relay.server.drain();
  CHECK(stream.read_to_end().find("first.stopped") != std::string::npos);
}

TEST_CASE("a drain tells clients goodbye, closes everything and leaves no thread and no descriptor") {
  const size_t descriptors = open_descriptors();
  const size_t threads = running_threads();
  {
    Relay relay(quiet_config(2));
    relay.started();
    HttpSocket stream(relay.address()), idle(relay.address());
    stream.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    (void)stream.read_until("\r\n\r\n");
    (void)relay.publish(R"({"type":"a.b","data":"the last one"})");
    relay.server.drain();
    CHECK(stream.read_to_end().find("the last one") != std::string::npos);
    CHECK(idle.read_to_end().empty());
    CHECK_FALSE(HttpSocket(relay.address()).connected());
  }
  CHECK(running_threads() <= threads);  // one of an earlier test may have been ending
  CHECK(open_descriptors() == descriptors);
}

TEST_CASE("readiness is 503 as soon as a drain begins, while what was taken in is still at work") {
  Config config = quiet_config();
  config.plugins = {everything()};
  const TempDir dir;
  const std::filesystem::path gate = dir.write("gate", "");
  Relay relay(config);
  relay.started();
  CHECK(begins_with(http(relay.address(), "GET", "/readyz"), "HTTP/1.1 200 "));
  HttpSocket publisher(relay.address());
  const std::string body = R"({"type":"do.wait","data":")" + gate.string() + "\"}";
  publisher.send("POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                 ("Content-Length: " + std::to_string(body.size())) + "\r\n\r\n" + body);
  while (relay.get("/api/v1/stats")["intake"]["publications"] != 1) std::this_thread::yield();
  std::thread draining([&relay] { relay.server.drain(); });
  std::string readiness;
  do readiness = http(relay.address(), "GET", "/readyz");
  while (begins_with(readiness, "HTTP/1.1 200 "));
  CHECK(begins_with(readiness, "HTTP/1.1 503 "));
  std::filesystem::remove(gate);
  draining.join();
  CHECK(begins_with(publisher.read_to_end(), "HTTP/1.1 202 "));
}

TEST_CASE("a relay that is not running has nothing to reload") {
  Relay relay(quiet_config());
  CHECK(relay.server.reload(quiet_config()).error().code == "not_running");
  relay.started().server.drain();
  CHECK(relay.server.reload(quiet_config()).error().code == "not_running");
}
