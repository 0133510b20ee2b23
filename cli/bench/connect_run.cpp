#include "cli/bench/connect_run.h"

#include <algorithm>

#include "cli/output/human.h"

namespace relay {

ConnectRun::ConnectRun(LoadLoop& loop, const BenchTarget& target, const BenchOptions& options,
                       BenchProgress& progress)
    : BenchRun(loop, target, options, progress), clients_(*options.clients) {
  for (uint64_t i = 0; i < clients_; ++i)
    subscribers_.push_back(std::make_unique<BenchSubscriber>(loop, target, latency_));
}

Result<BenchReport> ConnectRun::run() {
  std::vector<LoadLink*> links;
  for (const auto& subscriber : subscribers_) links.push_back(&subscriber->link());
  Crowd::Limits limits;
  limits.timeout_s = options_.timeout_s;
  limits.at_once = options_.at_once.value_or(128);
  limits.go_on = true;
  Crowd crowd(loop_, target_, limits);
  const Moment before = moment();
  const Status done =
      crowd.open(links, [&] { show(human_count(static_cast<double>(crowd.ready())) + " connected"); });
  if (!done) return tl::unexpected<Error>(done.error());
  const Moment connected = moment();
  hold();
  if (loop_.interrupted()) return interrupted();
  return report(crowd, before, connected, moment());
}

void ConnectRun::hold() {
  const int64_t until_ns = loop_.now_ns() + seconds_to_ns(options_.duration_s);
  for (int64_t now_ns = loop_.now_ns(); now_ns < until_ns; now_ns = loop_.now_ns()) {
    show("holding the connections");
    if (!loop_.turn(std::min(until_ns, now_ns + kNsPerSecond / 10))) return;
  }
}

BenchReport ConnectRun::report(const Crowd& crowd, const Moment& before, const Moment& connected,
                               const Moment& held) const {
  uint64_t closed = 0;
  uint64_t failed = 0;
  std::string reason;
  for (const auto& subscriber : subscribers_) {
    if (subscriber->link().ready_ns() == 0 || subscriber->link().ready()) continue;
    ++closed;
    reason = subscriber->link().reason();
  }
  for (const auto& [why, count] : crowd.failures()) failed += count;

  BenchReport report = begin_report(clients_);
  const double seconds = crowd.elapsed_s();
  report.number("connections_per_second", seconds > 0 ? static_cast<double>(crowd.ready()) / seconds : 0);
  report.number("connected", static_cast<double>(crowd.ready()));
  report.number("failed", static_cast<double>(failed));
  if (failed > 0) {
    std::string reasons;
    for (const auto& [why, count] : crowd.failures())
      reasons += (reasons.empty() ? "" : "; ") + std::to_string(count) + " × " + why;
    report.text("failures", reasons);
  }
  report.latency("handshake", crowd.handshakes());
  if (before.server && held.server)
    report.number("resident_per_connection_bytes", (static_cast<double>(held.server->resident_bytes) -
                                                    static_cast<double>(before.server->resident_bytes)) /
                                                       static_cast<double>(crowd.ready()));
  report.number("connections_closed", static_cast<double>(closed));
  report.number("held_seconds", seconds_between(connected, held));
  add_usage(report, connected, held);
  if (failed > 0) report.problem("not every connection could be made");
  if (closed > 0) report.problem("connections were closed: " + reason);
  return report;
}

}  // namespace relay
