// Every C++ header in one translation unit, with a plugin that has every role.
#include <seneca/version.h>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <seneca/session.hpp>

#include <string>
#include <string_view>

namespace {

struct EveryHeader {
  static constexpr const char* schema = "{}";
  static constexpr const char* match = "**";
  static constexpr uint32_t tick_interval_ms = 1000;

  seneca::Verdict operator()(seneca::Event& event) {
    if (seneca::JsonView(event.data()).get("skip").boolean()) return event.drop("told to");
    event.emit({"a.type", "/a/source"});
    return seneca::Verdict::pass;
  }
  bool view(const seneca::Event& event, std::string_view, std::string& out) {
    out = event.data();
    return true;
  }
  void tick(int64_t, seneca::Emitter& out) { out.emit({"a.type", "/a/source"}); }
  void start() {}
  void stop() {}
  std::string status() const { return "{}"; }
  std::string save() { return {}; }
  void load(std::string_view) {}

  bool serves(std::string_view name) const { return name == "/"; }
  void connect(seneca::Client, std::string_view auth) {
    if (auth.empty()) throw seneca::Refusal("no token", "{}");
  }
  void connected(seneca::Client client, std::string_view) { client.emit("hello"); }
  bool client_event(seneca::Client client, const seneca::ClientEvent& event) {
    client.ask(event.name(), event.args(), 1, 1000);
    event.reply(event.args());
    return client.join("a");
  }
  void replied(seneca::Client client, uint64_t, const seneca::Args*) { client.disconnect(); }
  void disconnected(seneca::Client client, std::string_view) { client.user() = nullptr; }
  void message(seneca::Client client, bool binary, std::string_view bytes) { client.send(binary, bytes); }
};

}  // namespace

SENECA_PLUGIN(EveryHeader, "org.example.every-header", "1.0.0", "uses everything")
