#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/clock.h"
#include "server/server.h"
#include "support/catch.h"
#include "support/http_socket.h"
#include "support/temp_dir.h"

using namespace relay;
using namespace relay::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

fs::path fixture(const std::string& name) { return fs::path(FIXTURE_PLUGINS) / (name + ".so"); }

PluginConfig plugin(const fs::path& file, const std::string& name, const std::string& config = "{}") {
  PluginConfig plugin;
  plugin.path = file.string();
  plugin.name = name;
  plugin.config = config;
  return plugin;
}

/// A relay whose control thread is the test's.
class Relay {
 public:
  explicit Relay(std::vector<PluginConfig> plugins)
      : server_(config(std::move(plugins)), {{}, false, [this] { note_order(); }}, clock_, *logger_) {
    if (const Status status = server_.start(); !status) FAIL(status.error().to_string());
  }

  /// Has the relay do it; the status line and headers, and the body.
  std::pair<std::string, json> order(const std::string& what) {
    std::string answer;
    std::thread client([&] { answer = http(address(), "POST", "/api/v1/plugins/" + what); });
    {
      std::unique_lock lock(mutex_);
      ordered_.wait(lock, [this] { return orders_ > 0; });
      --orders_;
    }
    server_.run_orders();
    client.join();
    const size_t end = std::min(answer.find("\r\n\r\n"), answer.size());
    return {answer.substr(0, end), json::parse(answer.substr(end), nullptr, false)};
  }
  json plugins() { return get("/api/v1/plugins")["plugins"]; }
  json get(const std::string& path) {
    const std::string answer = http(address(), "GET", path);
    return json::parse(answer.substr(std::min(answer.find("\r\n\r\n"), answer.size())), nullptr, false);
  }
  void publish(const std::string& type) {
    (void)http(address(), "POST", "/api/v1/events", R"({"type":")" + type + R"(","data":0})");
  }
  [[nodiscard]] const std::string& address() const { return server_.addresses().at(0); }

 private:
  static Config config(std::vector<PluginConfig> plugins) {
    Config config = default_config();
    config.journal.engine = JournalConfig::Engine::memory;
    config.server.listen = {"127.0.0.1:0"};
    config.server.threads = 2;
    config.plugins = std::move(plugins);
    return config;
  }
  void note_order() {
    const std::lock_guard lock(mutex_);
    ++orders_;
    ordered_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable ordered_;
  int orders_ = 0;
  SystemClock clock_;
  std::unique_ptr<Logger> logger_ = make_null_logger();
  Server server_;
};

}  // namespace

TEST_CASE("a file put in the place of the old one is new code, and state is handed over") {
  TempDir directory;
  const fs::path file = directory.path() / "numbers.so";
  fs::copy_file(fixture("numbering"), file);
  Relay relay({plugin(file, "numbers")});
  relay.publish("x");
  const auto [same_head, same] = relay.order("numbers/reload");
  CHECK(same_head.starts_with("HTTP/1.1 200 "));
  CHECK(same == json::parse(R"({"name":"numbers","version":"1.0.0","previous_version":"1.0.0",
                                "new_code":false})"));
  fs::copy_file(fixture("numbering"), directory.path() / "next");
  fs::rename(directory.path() / "next", file);
  const auto [head, answer] = relay.order("numbers/reload");
  CHECK(answer["new_code"] == true);
  relay.publish("x");
  const json events = relay.get("/api/v1/events?match=x")["events"];
  REQUIRE(events.size() == 2);
  CHECK(events[1]["data"]["n"] == 2);
  CHECK(relay.get("/api/v1/events?match=seneca.plugin.reloaded")["events"].size() == 2);
}

TEST_CASE("an order that cannot be carried out changes nothing and says why") {
  TempDir directory;
  const fs::path file = directory.path() / "numbers.so";
  fs::copy_file(fixture("numbering"), file);
  Relay relay({plugin(file, "numbers"), plugin(fixture("session"), "clients"),
               plugin(fixture("everything"), "source")});
  const auto refused = [&relay](const std::string& order, const std::string& status,
                                const std::string& code) {
    const auto [head, answer] = relay.order(order);
    INFO(order << ": " << head << answer);
    CHECK(head.starts_with("HTTP/1.1 " + status + " "));
    CHECK(answer["code"] == code);
  };
  refused("nobody/reload", "404", "plugin_unknown");
  refused("source/reload", "409", "plugin_needs_restart");
  refused("clients/disable", "409", "plugin_not_in_pipeline");
  relay.publish("x");
  fs::remove(file);
  refused("numbers/reload", "409", "plugin_not_found");
  fs::copy_file(fixture("session"), file);
  refused("numbers/reload", "409", "plugin_other_roles");
  fs::remove(file);
  fs::copy_file(fixture("bad_create_fails"), file);
  refused("numbers/reload", "409", "plugin_create_failed");
  relay.publish("x");
  CHECK(relay.get("/api/v1/events?match=x")["events"][1]["data"]["n"] == 2);
}

TEST_CASE("a session plugin is reloaded on every shard") {
  TempDir directory;
  const fs::path file = directory.path() / "clients.so";
  fs::copy_file(fixture("session"), file);
  Relay relay({plugin(file, "clients")});
  const std::string before = relay.plugins()[0]["loaded_at"];
  fs::copy_file(fixture("session"), directory.path() / "next");
  fs::rename(directory.path() / "next", file);
  const auto [head, answer] = relay.order("clients/reload");
  CHECK(answer["new_code"] == true);
  CHECK(relay.plugins()[0]["loaded_at"] != before);
}

TEST_CASE("every configured plugin is listed with what it is and does") {
  Relay relay({plugin(fixture("everything"), "all"), plugin(fixture("session"), "clients")});
  const json plugins = relay.plugins();
  REQUIRE(plugins.size() == 2);
  CHECK(plugins[0]["name"] == "all");
  CHECK(plugins[0]["id"] == "org.example.everything");
  CHECK(plugins[0]["version"] == "1.2.3");
  CHECK(plugins[0]["roles"] == json({"filter", "view", "timer", "state", "source"}));
  CHECK(plugins[0]["config_schema"] == true);
  CHECK(plugins[1]["roles"] == json({"session"}));
  (void)relay.order("all/disable");
  CHECK(relay.plugins()[0]["state"] == "disabled");
  CHECK(relay.plugins()[0]["why"] == "an operator said so");
  (void)relay.order("all/enable");
  CHECK(relay.plugins()[0]["state"] == "enabled");
}

TEST_CASE("a relay without anybody to carry out orders takes none") {
  Config config = default_config();
  config.journal.engine = JournalConfig::Engine::memory;
  config.server.listen = {"127.0.0.1:0"};
  config.plugins.clear();
  SystemClock clock;
  const std::unique_ptr<Logger> logger = make_null_logger();
  Server server(config, {}, clock, *logger);
  REQUIRE(server.start());
  const std::string& address = server.addresses().at(0);
  CHECK(http(address, "POST", "/api/v1/plugins/x/reload").starts_with("HTTP/1.1 503 "));
  CHECK(http(address, "POST", "/api/v1/plugins/x/forget").starts_with("HTTP/1.1 404 "));
  CHECK(http(address, "POST", "/api/v1/plugins//reload").starts_with("HTTP/1.1 404 "));
  CHECK(http(address, "GET", "/api/v1/plugins/x/reload").starts_with("HTTP/1.1 405 "));
}
