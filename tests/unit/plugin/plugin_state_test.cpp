// What shipped plugins know survives a reload; what another version saved is refused with a reason.

#include <filesystem>
#include <string>
#include <vector>

#include "support/plugin_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

std::filesystem::path built(const std::string& name) {
  return std::filesystem::path(BUILT_PLUGINS) / (name + ".so");
}

/// An instance of a shipped plugin, and what becomes of events in it.
class Subject {
 public:
  Subject(Bench& bench, const std::string& name, const std::string& config)
      : plugin(bench.must_create(built(name), config)) {}

  /// The verdict on one event of this id, whose type is "x".
  Verdict judge(const std::string& id, const std::string& data = "1") {
    const std::vector<EventRef> events = {make_event("x", id, data)};
    batch_.assign(events);
    plugin->process(batch_);
    reason = std::string(batch_.reason(0));
    return batch_.verdict(0);
  }
  /// What its `load` says to these bytes, "" when it takes them.
  std::string load(const std::string& saved) {
    seneca_error error{};
    const int32_t code = contained(
        error, [&] { return plugin->library().roles().state->load(plugin->self(), to_str(saved), &error); });
    return code == SENECA_OK ? "" : text_of(error);
  }

  std::unique_ptr<PluginInstance> plugin;
  std::string reason;

 private:
  EventBatch batch_{EventBatch::Limits()};
};

}  // namespace

TEST_CASE("windows of throttle go on over a reload, and count against the new limit") {
  Bench bench;
  const auto config = [](int limit) {
    return R"({"limit":)" + std::to_string(limit) + R"(,"window_ms":60000,"key":"id"})";
  };
  Subject old(bench, "throttle", config(2));
  for (int i = 0; i < 2; ++i) CHECK(old.judge("a") == Verdict::pass);
  CHECK(old.judge("b") == Verdict::pass);
  Subject fresh(bench, "throttle", config(2));
  REQUIRE(fresh.plugin->adopt_state(*old.plugin));
  CHECK(fresh.judge("a") == Verdict::drop);
  CHECK(fresh.judge("b") == Verdict::pass);
  CHECK(fresh.judge("b") == Verdict::drop);
  Subject generous(bench, "throttle", config(3));
  REQUIRE(generous.plugin->adopt_state(*old.plugin));
  CHECK(generous.judge("a") == Verdict::pass);
  CHECK(generous.judge("a") == Verdict::drop);
}

TEST_CASE("what dedupe has seen it knows after a reload, the newest first when it may keep less") {
  Bench bench;
  Subject old(bench, "dedupe", "{}");
  for (const char* id : {"a", "b", "c"}) CHECK(old.judge(id) == Verdict::pass);
  Subject fresh(bench, "dedupe", R"({"max_keys":2})");
  REQUIRE(fresh.plugin->adopt_state(*old.plugin));
  CHECK(fresh.judge("c") == Verdict::drop);
  CHECK(fresh.judge("b") == Verdict::drop);
  CHECK(fresh.judge("a") == Verdict::pass);
  CHECK(old.judge("a") == Verdict::drop);
}

TEST_CASE("dedupe begins anew when its key is another one") {
  Bench bench;
  Subject old(bench, "dedupe", R"({"key":"id"})");
  CHECK(old.judge("a") == Verdict::pass);
  Subject fresh(bench, "dedupe", R"({"key":["id"]})");
  REQUIRE(fresh.plugin->adopt_state(*old.plugin));
  CHECK(fresh.judge("a") == Verdict::pass);
}

TEST_CASE("as many keys as dedupe may remember can be handed over") {
  Bench bench;
  Subject old(bench, "dedupe", R"({"max_keys":1000000})");
  EventBatch batch{EventBatch::Limits()};
  for (int n = 0; n < 1'000'000; n += 10'000) {
    std::vector<EventRef> events;
    for (int i = n; i < n + 10'000; ++i) events.push_back(make_event("x", "e" + std::to_string(i)));
    batch.assign(events);
    old.plugin->process(batch);
  }
  Subject fresh(bench, "dedupe", R"({"max_keys":1000000})");
  REQUIRE(fresh.plugin->adopt_state(*old.plugin));
  CHECK(fresh.judge("e999999") == Verdict::drop);
}

#ifdef WITH_LUA
TEST_CASE("a script's save and load carry over what it wants to keep") {
  Bench bench;
  const std::string script =
      R"({"script":"local n = 0\nfunction filter() n = n + 1; if n > 2 then return 'drop', 'n is ' .. n end end\n)"
      R"(function save() return tostring(n) end\nfunction load(text) n = tonumber(text) end"})";
  Subject old(bench, "lua", script);
  for (int i = 0; i < 2; ++i) CHECK(old.judge("a") == Verdict::pass);
  Subject fresh(bench, "lua", script);
  REQUIRE(fresh.plugin->adopt_state(*old.plugin));
  CHECK(fresh.judge("a") == Verdict::drop);
  CHECK(fresh.reason == "n is 3");
}

TEST_CASE("a script without save or load begins anew") {
  Bench bench;
  const std::string plain = R"({"script":"function filter() end"})";
  const std::string saving = R"({"script":"function filter() end function save() return '\\0x' end"})";
  Subject nothing(bench, "lua", plain), something(bench, "lua", saving), fresh(bench, "lua", plain);
  CHECK(fresh.plugin->adopt_state(*nothing.plugin));
  CHECK(fresh.plugin->adopt_state(*something.plugin));
}

TEST_CASE("an error of a script's save or load is that of the reload") {
  Bench bench;
  const auto script = [](const std::string& functions) {
    return R"({"script":"function filter() end )" + functions + "\"}";
  };
  Subject number(bench, "lua", script("function save() return 7 end"));
  Subject fine(bench, "lua", script("function save() return 'x' end"));
  Subject picky(bench, "lua", script("function load(text) error('not ' .. text) end"));
  const auto refusal = [](Subject& fresh, Subject& old) {
    const Status adopted = fresh.plugin->adopt_state(*old.plugin);
    return adopted ? "" : adopted.error().message;
  };
  CHECK(refusal(fine, number).find("save() must return a string") != std::string::npos);
  CHECK(refusal(picky, fine).find("script:1: not x") != std::string::npos);
  CHECK(picky.judge("a") == Verdict::pass);
}
#endif

TEST_CASE("a state of another version is refused, with a text that says what to do") {
  Bench bench;
  for (const std::string name : {"throttle", "dedupe"}) {
    Subject plugin(bench, name, name == "throttle" ? R"({"limit":1})" : "{}");
    for (const std::string saved : {"", "x", "seneca.other 1 \"id\"\n", "seneca.throttle 2 \"id\"\n", "[]"})
      CHECK(plugin.load(saved).find("another version") != std::string::npos);
    CHECK(plugin.judge("a") == Verdict::pass);
  }
  Subject conflate(bench, "conflate", R"({"types":["x"]})");
  CHECK(conflate.load("{\"version\":2}").find("another version") != std::string::npos);
  CHECK(conflate.load("[]").empty());
#ifdef WITH_LUA
  Subject lua(bench, "lua", R"({"script":"function filter() end"})");
  CHECK(lua.load("seneca.lua 2 x").find("another version") != std::string::npos);
#endif
}
