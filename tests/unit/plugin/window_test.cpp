#include <string>

#include "support/plugin_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

const std::filesystem::path kPlugin = std::filesystem::path(BUILT_PLUGINS) / "window.so";

void give(PluginInstance& plugin, const std::string& data) {
  const EventRef event = make_event("t", "1", data);
  EventBatch batch({});
  batch.assign({&event, 1});
  plugin.process(batch);
}

// The data of what the timer emits, one after the other.
std::string told(PluginInstance& plugin, int64_t now_us) {
  EventBatch batch({});
  plugin.tick(now_us, batch);
  std::string all;
  for (const EventBatch::Emitted& each : batch.emitted()) all += std::string(each.event->data()) + "\n";
  return all;
}

constexpr int64_t kLaterUs = 2'000'000;

}  // namespace

TEST_CASE("window hands states over to its next configuration, and which of them are untold") {
  Bench bench;
  const auto old = bench.must_create(kPlugin, R"({"key": "/k", "max_keys": 2})");
  give(*old, R"({"k": "forgotten", "a": 1})");
  give(*old, R"({"k": "told \"", "a": 12345678901234567890})");
  CHECK(told(*old, kLaterUs) != "");
  give(*old, R"({"k": "untold", "a": [ 1 ]})");

  const auto next = bench.must_create(kPlugin, R"({"key": "/k", "max_keys": 2})");
  REQUIRE(next->adopt_state(*old));
  CHECK(told(*next, kLaterUs) ==
        "{\"changed\":true,\"key\":\"untold\",\"events\":1,\"state\":{\"a\":[ 1 ],\"k\":\"untold\"}}\n");
  give(*next, R"({"k": "told \"", "b": 2})");
  CHECK(told(*next, kLaterUs) ==
        "{\"changed\":true,\"key\":\"told \\\"\",\"events\":2,\"state\":"
        "{\"a\":12345678901234567890,\"b\":2,\"k\":\"told \\\"\"}}\n");
}

TEST_CASE("window hands statistics over, but not to one of another number") {
  Bench bench;
  const auto old = bench.must_create(kPlugin, R"({"key": "type", "pointer": "/n"})");
  give(*old, R"({"n": 0.1})");
  give(*old, R"({"n": 0.2})");
  const auto next = bench.must_create(kPlugin, R"({"key": "type", "pointer": "/n", "window_ms": 500})");
  REQUIRE(next->adopt_state(*old));
  give(*next, R"({"n": 4})");
  CHECK(told(*next, kLaterUs) ==
        "{\"changed\":true,\"key\":\"t\",\"count\":3,\"sum\":4.3,\"min\":0.1,\"max\":4,\"avg\":1."
        "4333333333333333}\n");
  const auto other = bench.must_create(kPlugin, R"({"key": "type", "pointer": "/m"})");
  REQUIRE(other->adopt_state(*old));
  CHECK(told(*other, kLaterUs) == "");
}

TEST_CASE("window leaves out what would be nested deeper in a state than the relay takes") {
  Bench bench;
  const auto plugin = bench.must_create(kPlugin, R"({"key": "type"})");
  const auto nested = [](size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  give(*plugin, R"({"a": )" + nested(62) + R"(, "b": "[[[\"[", "c": )" + nested(63) + "}");
  CHECK(told(*plugin, kLaterUs) == R"({"changed":true,"key":"t","events":1,"state":{"a":)" + nested(62) +
                                       R"(,"b":"[[[\"["},"truncated":true})" + "\n");
  CHECK(bench.logger.lines.empty());
}
