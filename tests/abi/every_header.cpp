// Every C++ header in one translation unit, with a plugin that has every role.
#include <seneca/version.h>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>

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
};

}  // namespace

SENECA_PLUGIN(EveryHeader, "org.example.every-header", "1.0.0", "uses everything")
