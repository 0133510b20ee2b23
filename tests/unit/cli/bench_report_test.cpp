#include "cli/bench/bench_report.h"

#include "support/catch.h"

namespace relay {
namespace {

BenchReport sample() {
  BenchReport report;
  report.text("target", "ws://h:1");
  report.number("deliveries_per_second", 1'234'567.8912);
  report.number("event_bytes", 300);
  report.number("server_cpu", 0.5);
  return report;
}

TEST_CASE("people get units and aligned lines") {
  CHECK(sample().render(OutputFormat::text) ==
        "target            ws://h:1\n"
        "deliveries        1,234,568/s\n"
        "event             300 B\n"
        "server processor  50 % of a core\n");
}

TEST_CASE("machines get the same names with numbers") {
  CHECK(sample().render(OutputFormat::json) ==
        R"({"target":"ws://h:1","deliveries_per_second":1234567.891,"event_bytes":300,"server_cpu":0.5})"
        "\n");
  CHECK(sample().render(OutputFormat::logfmt) ==
        "target=ws://h:1 deliveries_per_second=1234567.891 event_bytes=300 server_cpu=0.5\n");
}

TEST_CASE("csv has the same columns with and without a problem") {
  BenchReport report = sample();
  const std::string names = "target,deliveries_per_second,event_bytes,server_cpu,problem\n";
  CHECK(report.render_csv() == names + "ws://h:1,1234567.891,300,0.5,\n");
  report.problem("closed, \"1006\"");
  CHECK(report.render_csv() == names + "ws://h:1,1234567.891,300,0.5,\"closed, \"\"1006\"\"\"\n");
}

TEST_CASE("latencies are percentiles in microseconds, and absent when none were measured") {
  BenchReport report;
  LatencyHistogram histogram;
  report.latency("latency", histogram);
  CHECK(report.render(OutputFormat::logfmt) == "\n");
  histogram.add(100, 99);
  histogram.add(1000);
  report.latency("latency", histogram);
  CHECK(report.render(OutputFormat::logfmt) ==
        "latency_p50_us=0.1 latency_p90_us=0.1 latency_p99_us=0.1 latency_p999_us=1 latency_max_us=1 "
        "latency_mean_us=0.109 latency_samples=100\n");
}

}  // namespace
}  // namespace relay
