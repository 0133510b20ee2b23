#include "cli/bench/fanout_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "cli/bench/crowd.h"
#include "cli/output/human.h"

namespace relay {
namespace {

constexpr int64_t kTendEveryNs = kNsPerSecond / 10;

PublishPace pace_of(const BenchOptions& options) {
  PublishPace pace;
  pace.rate = options.rate;
  pace.window = options.window.value_or(256);
  pace.batch = options.batch.value_or(std::max<uint64_t>(1, pace.window / 2));
  return pace;
}

// At a fixed rate reading everything is affordable, and latencies are wanted from all.
uint64_t checked_of(const BenchOptions& options, uint64_t clients) {
  return std::min(clients, options.check.value_or(options.rate > 0 ? clients : 4));
}

}  // namespace

FanoutRun::FanoutRun(LoadLoop& loop, const BenchTarget& target, const BenchOptions& options,
                     BenchProgress& progress)
    : BenchRun(loop, target, options, progress),
      clients_(*options.clients),
      checked_count_(checked_of(options, clients_)),
      pace_(pace_of(options)),
      publisher_(loop, target, EventText(options.event_bytes), pace_, false) {
  for (uint64_t i = 0; i < clients_; ++i)
    subscribers_.push_back(std::make_unique<BenchSubscriber>(loop, target, latency_));
  // Spread from the first, served first, to the last.
  for (uint64_t i = 0; i < checked_count_; ++i) {
    const uint64_t at = checked_count_ == 1 ? clients_ - 1 : i * (clients_ - 1) / (checked_count_ - 1);
    checked_.push_back(subscribers_[at].get());
  }
}

Result<BenchReport> FanoutRun::run() {
  Status done = connect();
  if (done) done = probe();
  if (!done) return tl::unexpected<Error>(done.error());
  start_counting();
  publisher_.start();
  const int64_t from_ns = loop_.now_ns() + seconds_to_ns(options_.warmup_s);
  const int64_t to_ns = from_ns + seconds_to_ns(options_.duration_s);
  latency_.open(from_ns, to_ns);
  drive(from_ns);
  const Snapshot from = snapshot();
  drive(to_ns);
  const Snapshot to = snapshot();
  overdue_ = publisher_.overdue(std::min(to_ns, to.moment.at_ns) - 1);
  drain();
  if (loop_.interrupted()) return interrupted();
  return report(from, to);
}

Status FanoutRun::connect() {
  before_ = moment();
  std::vector<LoadLink*> links;
  for (const auto& subscriber : subscribers_) links.push_back(&subscriber->link());
  Crowd::Limits limits;
  limits.timeout_s = options_.timeout_s;
  Crowd crowd(loop_, target_, limits);
  Status done =
      crowd.open(links, [&] { show(human_count(static_cast<double>(crowd.ready())) + " connected"); });
  connected_ = moment();
  if (done) done = Crowd(loop_, target_, limits).open({&publisher_.link()});
  return done;
}

// One event that must reach everybody, so that wrong paths and names are not measured as silence.
Status FanoutRun::probe() {
  const int64_t deadline_ns = loop_.now_ns() + seconds_to_ns(options_.timeout_s);
  publisher_.publish_one();
  while (silent() > 0 && publisher_.link().ready() && loop_.now_ns() < deadline_ns) {
    if (!loop_.turn(deadline_ns)) return interrupted();
  }
  if (!publisher_.link().ready())
    return fail("no_delivery", target_.url(),
                "the publisher lost its connection: " + publisher_.link().reason());
  if (silent() == 0) return {};
  return fail("no_delivery", target_.url(),
              "the first event did not reach " + std::to_string(silent()) + " of " +
                  std::to_string(clients_) + " subscribers; look at --path, --publish-path and --event");
}

uint64_t FanoutRun::silent() const {
  return static_cast<uint64_t>(std::count_if(subscribers_.begin(), subscribers_.end(),
                                             [](const auto& each) { return each->next_number() == 0; }));
}

void FanoutRun::start_counting() {
  published_before_ = publisher_.published();
  for (const auto& subscriber : subscribers_) {
    subscriber->start_counting();
    subscriber->link().count_only();
  }
  for (BenchSubscriber* subscriber : checked_) subscriber->link().count_only(false);
  progress_ns_ = loop_.now_ns();
}

void FanoutRun::drive(int64_t until_ns) {
  while (!ended()) {
    publisher_.step(publisher_.published() - lowest_next());  // also when time is up: some may just be due
    const int64_t now_ns = loop_.now_ns();
    if (now_ns >= until_ns) return;
    if (!loop_.turn(std::min({until_ns, publisher_.next_step_ns(), now_ns + kTendEveryNs}))) return;
    tend();
  }
}

void FanoutRun::drain() {
  const int64_t deadline_ns = loop_.now_ns() + seconds_to_ns(options_.timeout_s);
  while (!ended() && lost() > 0 && loop_.now_ns() < deadline_ns) {
    show("waiting for what is on its way");
    if (!loop_.turn(std::min(deadline_ns, loop_.now_ns() + kNsPerSecond / 100))) return;
  }
}

void FanoutRun::tend() {
  const int64_t now_ns = loop_.now_ns();
  if (now_ns < next_tend_ns_) return;
  next_tend_ns_ = now_ns + kTendEveryNs;
  reassure();
  notice_end(now_ns);
  show(human_count(static_cast<double>(lowest_next())) + " events");
}

// A share of the counting links each time: they cannot see pings, and a burst of answers would be a load.
void FanoutRun::reassure() {
  const int64_t every_ns = subscribers_.front()->link().reassure_every_ns();
  if (every_ns == 0) return;
  const auto share = static_cast<int64_t>(subscribers_.size()) * kTendEveryNs / every_ns + 1;
  for (int64_t i = 0; i < share; ++i) {
    LoadLink& link = subscribers_[reassured_++ % subscribers_.size()]->link();
    if (link.counting() && link.ready()) link.reassure();
  }
}

void FanoutRun::notice_end(int64_t now_ns) {
  const uint64_t lowest = lowest_next();
  if (lowest != progress_) {
    progress_ = lowest;
    progress_ns_ = now_ns;
  }
  const bool some_left = std::any_of(checked_.begin(), checked_.end(),
                                     [](const BenchSubscriber* each) { return each->link().ready(); });
  if (!publisher_.link().ready())
    problem_ = "the publisher lost its connection: " + publisher_.link().reason();
  else if (!some_left)
    problem_ = "every checked subscriber lost its connection: " + checked_.front()->link().reason();
  else if (pace_.rate == 0 && now_ns - progress_ns_ > seconds_to_ns(options_.timeout_s))
    problem_ = "no event arrived for " + human_seconds(options_.timeout_s);
}

FanoutRun::Snapshot FanoutRun::snapshot() const {
  Snapshot now;
  now.moment = moment();
  now.published = publisher_.published();
  for (const auto& subscriber : subscribers_) {
    if (subscriber->link().counting()) {
      now.received.counted_bytes += subscriber->bytes();
    } else {
      now.received.events += subscriber->events();
      now.received.checked_bytes += subscriber->bytes();
    }
  }
  return now;
}

// Of the subscribers that are connected; those that are not hold nobody up.
uint64_t FanoutRun::lowest_next() const {
  uint64_t lowest = std::numeric_limits<uint64_t>::max();
  for (const BenchSubscriber* subscriber : checked_)
    if (subscriber->link().ready()) lowest = std::min(lowest, subscriber->next_number());
  return std::min(lowest, publisher_.published());
}

uint64_t FanoutRun::lost() const {
  const uint64_t published = publisher_.published() - published_before_;
  const Received all = snapshot().received;
  const double event_bytes =
      all.events == 0 ? 0 : static_cast<double>(all.checked_bytes) / static_cast<double>(all.events);
  uint64_t lost = 0;
  for (const auto& subscriber : subscribers_) {
    uint64_t events = subscriber->events();
    if (subscriber->link().counting() && event_bytes > 0)
      events = static_cast<uint64_t>(std::llround(static_cast<double>(subscriber->bytes()) / event_bytes));
    lost += published - std::min(published, events);
  }
  return lost;
}

BenchReport FanoutRun::report(const Snapshot& from, const Snapshot& to) {
  BenchReport report = begin_report(clients_);
  report.number("checked_clients", static_cast<double>(checked_count_));
  report.number("event_bytes", static_cast<double>(options_.event_bytes));
  if (pace_.rate > 0) {
    report.number("rate_per_second", pace_.rate);
  } else {
    report.number("window", static_cast<double>(pace_.window));
    report.number("batch", static_cast<double>(pace_.batch));
  }
  const double seconds = seconds_between(from.moment, to.moment);
  const Received all = snapshot().received;
  const double events_a_byte =
      all.checked_bytes == 0 ? 0 : static_cast<double>(all.events) / static_cast<double>(all.checked_bytes);
  const double deliveries =
      static_cast<double>(to.received.events - from.received.events) +
      static_cast<double>(to.received.counted_bytes - from.received.counted_bytes) * events_a_byte;
  report.number("measured_seconds", seconds);
  report.number("deliveries_per_second", seconds > 0 ? deliveries / seconds : 0);
  report.number("publishes_per_second",
                seconds > 0 ? static_cast<double>(to.published - from.published) / seconds : 0);
  if (pace_.rate > 0) report.latency("latency", latency_.histogram());
  judge(report);
  if (before_.server && connected_.server)
    report.number("resident_per_connection_bytes", (static_cast<double>(connected_.server->resident_bytes) -
                                                    static_cast<double>(before_.server->resident_bytes)) /
                                                       static_cast<double>(clients_));
  add_usage(report, from.moment, to.moment);
  return report;
}

void FanoutRun::judge(BenchReport& report) {
  uint64_t order_violations = 0;
  uint64_t closed = 0;
  std::string reason;
  for (const auto& subscriber : subscribers_) {
    order_violations += subscriber->order_violations();
    if (subscriber->link().ready()) continue;
    ++closed;
    reason = subscriber->link().reason();
  }
  report.number("published", static_cast<double>(publisher_.published() - published_before_));
  report.number("lost", static_cast<double>(lost()));
  report.number("order_violations", static_cast<double>(order_violations));
  if (pace_.rate > 0) report.number("not_published_in_time", static_cast<double>(overdue_));
  report.number("connections_closed", static_cast<double>(closed));
  if (order_violations > 0) problem_ = "events came out of order or twice";
  if (closed > 0 && problem_.empty()) problem_ = "connections were closed: " + reason;
  report.problem(problem_);
}

}  // namespace relay
