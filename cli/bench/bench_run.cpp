#include "cli/bench/bench_run.h"

#include "cli/bench/connect_run.h"
#include "cli/bench/fanout_run.h"
#include "cli/bench/publish_run.h"

namespace relay {

const char* name_of(BenchMode mode) {
  switch (mode) {
    case BenchMode::fanout:
      return "fanout";
    case BenchMode::publish:
      return "publish";
    case BenchMode::latency:
      return "latency";
    case BenchMode::connect:
      break;
  }
  return "connect";
}

BenchRun::Moment BenchRun::moment() const {
  Moment now;
  now.at_ns = loop_.now_ns();
  now.own_cpu_s = own_cpu_s();
  if (options_.server_pid) now.server = usage_of(*options_.server_pid);
  return now;
}

double BenchRun::seconds_between(const Moment& from, const Moment& to) {
  return static_cast<double>(to.at_ns - from.at_ns) / static_cast<double>(kNsPerSecond);
}

tl::unexpected<Error> BenchRun::interrupted() const {
  return fail("interrupted", target_.url(), "interrupted");
}

BenchReport BenchRun::begin_report(uint64_t clients) const {
  BenchReport report;
  report.text("mode", name_of(options_.mode));
  report.text("protocol", name_of(options_.protocol));
  report.text("target", target_.url());
  report.number("clients", static_cast<double>(clients));
  return report;
}

void BenchRun::add_usage(BenchReport& report, const Moment& from, const Moment& to) {
  const double seconds = seconds_between(from, to);
  if (seconds <= 0) return;
  if (from.server && to.server) {
    report.number("server_cpu", (to.server->cpu_s - from.server->cpu_s) / seconds);
    report.number("server_resident_bytes", static_cast<double>(to.server->resident_bytes));
  }
  report.number("client_cpu", (to.own_cpu_s - from.own_cpu_s) / seconds);
}

void BenchRun::show(const std::string& text) {
  const int64_t now_ns = loop_.now_ns();
  if (progress_.due(now_ns)) progress_.show(now_ns, std::string(name_of(options_.mode)) + ": " + text);
}

std::unique_ptr<BenchRun> make_bench_run(LoadLoop& loop, const BenchTarget& target,
                                         const BenchOptions& options, BenchProgress& progress) {
  if (options.mode == BenchMode::connect)
    return std::make_unique<ConnectRun>(loop, target, options, progress);
  if (options.mode == BenchMode::publish)
    return std::make_unique<PublishRun>(loop, target, options, progress);
  return std::make_unique<FanoutRun>(loop, target, options, progress);
}

}  // namespace relay
