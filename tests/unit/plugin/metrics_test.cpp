#include "plugin/metrics.h"

#include <string>
#include <thread>

#include "support/plugin_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

seneca_metric* added(PluginMetrics& metrics, int32_t kind, std::string_view name) {
  seneca_metric* metric = nullptr;
  CHECK(metrics.add(kind, name, metric) == SENECA_OK);
  return metric;
}
int32_t refusal(PluginMetrics& metrics, std::string_view name, int32_t kind = SENECA_COUNTER) {
  seneca_metric* metric = nullptr;
  const int32_t code = metrics.add(kind, name, metric);
  CHECK(metric == nullptr);
  return code;
}

}  // namespace

TEST_CASE("a counter counts, a gauge stands, a histogram knows its percentiles within a factor of two") {
  PluginMetrics metrics;
  seneca_metric* const counter = added(metrics, SENECA_COUNTER, "seen");
  seneca_metric* const gauge = added(metrics, SENECA_GAUGE, "_level2");
  seneca_metric* const histogram = added(metrics, SENECA_HISTOGRAM, "wait_us");
  PluginMetrics::count(counter, 2);
  PluginMetrics::count(counter, 3);
  PluginMetrics::set(gauge, -7);
  for (uint64_t value = 0; value < 100; ++value) PluginMetrics::record(histogram, value);
  const auto values = metrics.read();
  REQUIRE(values.size() == 3);
  CHECK((values[0].name == "seen" && values[0].value == 5));
  CHECK(values[1].value == -7);
  CHECK((values[2].count == 100 && values[2].sum == 4950 && values[2].max == 99));
  CHECK(values[2].percentile(50) == 63);
  CHECK(values[2].percentile(99) == 99);
  CHECK(values[2].percentile(0) == 0);
  CHECK(MetricValue().percentile(50) == 0);
}

TEST_CASE("an update for another kind, or for nothing, does nothing") {
  PluginMetrics metrics;
  seneca_metric* const gauge = added(metrics, SENECA_GAUGE, "level");
  PluginMetrics::count(gauge, 1);
  PluginMetrics::record(gauge, 1);
  PluginMetrics::count(nullptr, 1);
  PluginMetrics::set(nullptr, 1);
  PluginMetrics::record(nullptr, 1);
  CHECK(metrics.read()[0].value == 0);
  CHECK(metrics.read()[0].count == 0);
}

TEST_CASE("names are checked, and there are 32 at most, added while the instance is made") {
  PluginMetrics metrics;
  for (const char* name : {"", "Upper", "1st", "a-b", "a b", "a.b", "ä"})
    CHECK(refusal(metrics, name) == SENECA_E_INVALID);
  CHECK(refusal(metrics, std::string(65, 'a')) == SENECA_E_INVALID);
  CHECK(refusal(metrics, "fine", 3) == SENECA_E_INVALID);
  CHECK(refusal(metrics, "fine", -1) == SENECA_E_INVALID);
  for (int i = 0; i < SENECA_MAX_METRICS; ++i) added(metrics, SENECA_GAUGE, "m" + std::to_string(i));
  CHECK(refusal(metrics, "m0") == SENECA_E_INVALID);
  CHECK(refusal(metrics, "one_more") == SENECA_E_LIMIT);
  PluginMetrics late;
  late.close();
  CHECK(refusal(late, "late") == SENECA_E_INVALID);
}

TEST_CASE("no update is lost, whatever the thread") {
  PluginMetrics metrics;
  seneca_metric* const counter = added(metrics, SENECA_COUNTER, "seen");
  seneca_metric* const histogram = added(metrics, SENECA_HISTOGRAM, "sizes");
  const auto work = [&] {
    for (uint64_t i = 0; i < 10000; ++i) {
      PluginMetrics::count(counter, 1);
      PluginMetrics::record(histogram, i);
    }
  };
  std::thread one(work), two(work);
  one.join();
  two.join();
  const auto values = metrics.read();
  CHECK(values[0].value == 20000);
  CHECK((values[1].count == 20000 && values[1].max == 9999));
}

TEST_CASE("what several instances say is added up by name") {
  PluginMetrics first, second;
  PluginMetrics::count(added(first, SENECA_COUNTER, "a"), 1);
  PluginMetrics::count(added(second, SENECA_COUNTER, "a"), 2);
  PluginMetrics::record(added(second, SENECA_HISTOGRAM, "h"), 9);
  auto all = first.read();
  merge_metrics(all, second.read());
  merge_metrics(all, second.read());
  REQUIRE(all.size() == 2);
  CHECK(all[0].value == 5);
  CHECK((all[1].count == 2 && all[1].sum == 18 && all[1].max == 9));
}

TEST_CASE("dedupe tells how many keys it remembers, and how many it had no room for") {
  Bench bench;
  const auto plugin =
      bench.must_create(std::filesystem::path(BUILT_PLUGINS) / "dedupe.so", R"({"max_keys": 2})");
  for (const char* id : {"1", "2", "3", "3"}) {
    const EventRef event = make_event("t", id);
    EventBatch batch({});
    batch.assign({&event, 1});
    plugin->process(batch);
  }
  const auto values = plugin->metrics();
  REQUIRE(values.size() == 2);
  CHECK((values[0].name == "keys_remembered" && values[0].value == 2));
  CHECK((values[1].name == "keys_forgotten_early" && values[1].value == 1));
}
