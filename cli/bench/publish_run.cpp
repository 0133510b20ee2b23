#include "cli/bench/publish_run.h"

#include <algorithm>

#include "cli/bench/crowd.h"
#include "cli/output/human.h"

namespace relay {
namespace {

constexpr int64_t kTurnNs = kNsPerSecond / 100;  // no longer than pings are apart

PublishPace pace_of(const BenchOptions& options, uint64_t clients) {
  PublishPace pace;
  pace.rate = options.rate / static_cast<double>(clients);
  pace.window = options.window.value_or(options.protocol == BenchProtocol::ws ? 32768 : 512);
  pace.batch = options.batch.value_or(std::min<uint64_t>(128, std::max<uint64_t>(1, pace.window / 2)));
  return pace;
}

// Of a file each publisher has a part of its own, so that no event is published twice.
EventText text_of(const BenchOptions& options, uint64_t publisher, uint64_t publishers) {
  if (options.events == nullptr) return EventText(options.event_bytes);
  const size_t lines = options.events->size();
  return {options.events, lines * publisher / publishers, lines * (publisher + 1) / publishers};
}

}  // namespace

PublishRun::PublishRun(LoadLoop& loop, const BenchTarget& target, const BenchOptions& options,
                       BenchProgress& progress)
    : BenchRun(loop, target, options, progress),
      clients_(*options.clients),
      pace_(pace_of(options, clients_)) {
  for (uint64_t i = 0; i < clients_; ++i)
    publishers_.push_back(
        std::make_unique<BenchPublisher>(loop, target, text_of(options, i, clients_), pace_, true));
}

Result<BenchReport> PublishRun::run() {
  std::vector<LoadLink*> links;
  for (const auto& publisher : publishers_) links.push_back(&publisher->link());
  Crowd::Limits limits;
  limits.timeout_s = options_.timeout_s;
  const Status done = Crowd(loop_, target_, limits).open(links);
  if (!done) return tl::unexpected<Error>(done.error());

  const int64_t from_ns = loop_.now_ns() + seconds_to_ns(options_.warmup_s);
  const int64_t to_ns = from_ns + seconds_to_ns(options_.duration_s);
  progress_ns_ = loop_.now_ns();
  for (const auto& publisher : publishers_) {
    publisher->answer_latency().open(from_ns, to_ns);
    publisher->start();
  }
  drive(from_ns);
  const Totals from = totals();
  drive(to_ns);
  const Totals to = totals();
  drain();
  if (loop_.interrupted()) return interrupted();
  return report(from, to);
}

void PublishRun::drive(int64_t until_ns) {
  while (!ended() && !finished()) {
    int64_t wake_ns = std::min(until_ns, loop_.now_ns() + kTurnNs);
    for (const auto& publisher : publishers_) {
      publisher->step(publisher->published() - publisher->answered());
      wake_ns = std::min(wake_ns, publisher->next_step_ns());
    }
    if (loop_.now_ns() >= until_ns || !loop_.turn(wake_ns)) return;
    notice_end();
  }
}

void PublishRun::drain() {
  const int64_t deadline_ns = loop_.now_ns() + seconds_to_ns(options_.timeout_s);
  for (Totals now = totals(); now.answered < now.published && !ended(); now = totals()) {
    for (const auto& publisher : publishers_) publisher->ask();
    const int64_t now_ns = loop_.now_ns();
    if (now_ns >= deadline_ns || !loop_.turn(std::min(deadline_ns, now_ns + kTurnNs))) return;
    notice_end();
  }
}

void PublishRun::notice_end() {
  const int64_t now_ns = loop_.now_ns();
  uint64_t answered = 0;
  for (const auto& publisher : publishers_) {
    answered += publisher->answered();
    if (!publisher->link().ready())
      problem_ = "a publisher lost its connection: " + publisher->link().reason();
  }
  if (answered != progress_) {
    progress_ = answered;
    progress_ns_ = now_ns;
  }
  if (problem_.empty() && now_ns - progress_ns_ > seconds_to_ns(options_.timeout_s))
    problem_ = "the server answered nothing for " + human_seconds(options_.timeout_s);
  show(human_count(static_cast<double>(answered)) + " events taken");
}

bool PublishRun::finished() const {
  return std::all_of(publishers_.begin(), publishers_.end(),
                     [](const auto& publisher) { return publisher->finished(); });
}

double PublishRun::event_bytes() const {
  if (options_.events == nullptr) return static_cast<double>(options_.event_bytes);
  size_t bytes = 0;
  for (const std::string& line : *options_.events) bytes += line.size();
  return static_cast<double>(bytes) / static_cast<double>(options_.events->size());
}

PublishRun::Totals PublishRun::totals() const {
  Totals now;
  now.moment = moment();
  for (const auto& publisher : publishers_) {
    now.published += publisher->published();
    now.answered += publisher->answered();
    now.refused += publisher->refused();
  }
  return now;
}

BenchReport PublishRun::report(const Totals& from, const Totals& to) {
  const double seconds = seconds_between(from.moment, to.moment);
  const Totals last = totals();
  const auto per_second = [seconds](uint64_t before, uint64_t after) {
    return seconds > 0 ? static_cast<double>(after - before) / seconds : 0;
  };
  LatencyHistogram answers;
  uint64_t overdue = 0;
  for (const auto& publisher : publishers_) {
    answers.add(publisher->answer_latency().histogram());
    overdue += publisher->overdue(to.moment.at_ns - 1);
  }
  BenchReport report = begin_report(clients_);
  report.number("event_bytes", event_bytes());
  if (pace_.rate > 0) report.number("rate_per_second", options_.rate);
  if (pace_.rate == 0) report.number("window", static_cast<double>(pace_.window));
  if (pace_.rate == 0) report.number("batch", static_cast<double>(pace_.batch));
  report.number("measured_seconds", seconds);
  report.number("accepted_per_second", per_second(from.answered - from.refused, to.answered - to.refused));
  report.number("published", static_cast<double>(last.published));
  report.number("accepted", static_cast<double>(last.answered - last.refused));
  report.number("refused", static_cast<double>(last.refused));
  report.number("unanswered", static_cast<double>(last.published - last.answered));
  if (pace_.rate > 0) report.number("not_published_in_time", static_cast<double>(overdue));
  report.latency("answer", answers);
  add_usage(report, from.moment, to.moment);
  report.problem(problem_);
  return report;
}

}  // namespace relay
