#include "cli/output/stats_text.h"

#include "cli/output/ack_format.h"
#include "cli/output/human.h"
#include "cli/output/rate_counter.h"
#include "support/catch.h"

namespace relay {
namespace {

std::string render(const char* json, size_t columns = 100) {
  StatsTextOptions options;
  options.columns = columns;
  const Result<std::string> text = stats_text(json, options);
  REQUIRE(text);
  return *text;
}

TEST_CASE("numbers are written for people") {
  CHECK(human_bytes(512) == "512 B");
  CHECK(human_bytes(1536) == "1.5 KiB");
  CHECK(human_count(1234567) == "1,234,567");
  CHECK(human_count(999) == "999");
  CHECK(human_count(-1234) == "-1,234");
  CHECK(human_count(2.5) == "2.5");
  CHECK(human_us(120) == "120 µs");
  CHECK(human_us(4000) == "4.0 ms");
  CHECK(human_seconds(59.9) == "59 s");
  CHECK(human_seconds(125) == "2 m 05 s");
  CHECK(human_seconds(3725) == "1 h 02 m");
  CHECK(human_seconds(180000) == "2 d 02 h");
}

TEST_CASE("objects become paragraphs with units from the keys") {
  CHECK(render(R"({"relay":{"version":"0.1.0","uptime_s":3725,"pid":12345,"rss_bytes":1536,"bytes_sent":2048},
                   "pipeline":{"events_in":12345,"latency_us":{"p50":120,"max":4000}}})") ==
        "relay        version 0.1.0  uptime 1 h 02 m  pid 12345  rss 1.5 KiB  bytes sent 2.0 KiB\n"
        "pipeline     events in 12,345  latency p50 120 µs max 4.0 ms\n");
}

TEST_CASE("long paragraphs are wrapped under their first item") {
  CHECK(render(R"({"a":{"first":1,"second":2,"third":3}})", 32) ==
        "a            first 1  second 2\n"
        "             third 3\n");
}

TEST_CASE("lists become tables and empty ones say so") {
  CHECK(
      render(
          R"({"rooms":[{"name":"general","members":1200},{"name":"dev","members":3,"new":true}],"sources":[]})") ==
      "rooms\n"
      "  name     members  new\n"
      "  general    1,200  -\n"
      "  dev            3  true\n"
      "\n"
      "sources  none\n");
}

TEST_CASE("why plugins dropped events is listed") {
  const std::string text =
      render(R"({"plugins":[{"name":"marcus","id":"x","dropped":10,"reasons":{"duplicate":10}}]})");
  CHECK(text.find("drops\n  plugin  reason     events\n  marcus  duplicate      10\n") != std::string::npos);
  CHECK(text.find("reasons") == std::string::npos);
}

TEST_CASE("what plugins count themselves is a table of its own") {
  const std::string text = render(
      R"({"plugins":[{"name":"p","metrics":{"keys":{"type":"gauge","value":3},)"
      R"("wait":{"type":"histogram","count":2,"sum":5,"p50":2,"p99":3,"max":3}}},{"name":"q","metrics":{}}]})");
  CHECK(text.find("metrics\n  plugin  metric  value") != std::string::npos);
  CHECK(text.find("keys") != std::string::npos);
  CHECK(text.find("count 2 sum 5 p50 2 p99 3 max 3") != std::string::npos);
  CHECK(text.find("gauge") == std::string::npos);
  CHECK(render(R"({"plugins":[{"name":"p","metrics":{"keys":1}}]})").find("metrics") == std::string::npos);
}

TEST_CASE("an answer of an unknown shape is shown or refused, never a crash") {
  CHECK(render(R"({"x":1,"list":[1,"a"],"deep":{"a":{"b":{"c":[1]}}}})").find("other        x 1") !=
        std::string::npos);
  CHECK_FALSE(stats_text("[]", {}));
  CHECK_FALSE(stats_text("<html>", {}));
  CHECK(render("{}").empty());
}

TEST_CASE("rates are counted per type, most frequent first, and begin anew") {
  RateCounter rates;
  rates.add("b");
  for (int i = 0; i < 3; ++i) rates.add("a.x");
  const std::vector<std::string> lines = rates.report(OutputFormat::text, 1'772'582'400'500'000);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "2026-03-04T00:00:00Z        3/s  a.x");
  CHECK(rates.report(OutputFormat::text, 0).empty());
  rates.add("b");
  CHECK(rates.report(OutputFormat::jsonl, 0) ==
        std::vector<std::string>{R"({"time":"1970-01-01T00:00:00Z","types":{"b":1}})"});
}

TEST_CASE("types beyond the bound are counted together") {
  RateCounter rates;
  for (size_t i = 0; i < RateCounter::kMaxTypes + 5; ++i) rates.add("t" + std::to_string(i));
  const std::vector<std::string> lines = rates.report(OutputFormat::logfmt, 0);
  CHECK(lines.size() == RateCounter::kMaxTypes + 1);
  CHECK(lines.front() == "time=1970-01-01T00:00:00Z type=(other) per_s=5");
}

TEST_CASE("answers are printed with offset and latency") {
  CHECK(format_ack({17, 17, 812}, OutputFormat::text) == "offset 17  812 µs");
  CHECK(format_ack({17, 19, 1812}, OutputFormat::text) == "offsets 17-19  1.8 ms");
  CHECK(format_ack({0, 0, 5}, OutputFormat::text) == "no offset (dropped by a filter)  5 µs");
  CHECK(format_ack({1, 2, 3}, OutputFormat::jsonl) == R"({"first_offset":1,"last_offset":2,"latency_us":3})");
  Histogram latencies;
  latencies.record(100);
  CHECK(format_ack_summary(latencies, 500'000) ==
        "1 answer in 500.0 ms (2/s), latency p50 100 µs, p99 100 µs, max 100 µs");
}

}  // namespace
}  // namespace relay
