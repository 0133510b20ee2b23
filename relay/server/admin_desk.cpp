#include "server/admin_desk.h"
#include "base/thread_name.h"

#include <seneca/version.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <utility>

#include "journal/journal_log.h"

namespace relay {
namespace {

constexpr size_t kMaxQuestions = 64;
constexpr auto kPatience = std::chrono::milliseconds(1000);
constexpr auto kSampleEvery = std::chrono::seconds(1);

uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  uint64_t total = 0;
  uint64_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

// Collects the answers of several threads; lives as long as the slowest of them.
struct Collector {
  std::mutex mutex;
  std::condition_variable arrived;
  size_t missing = 0;
  bool pipeline_answered = false;
  Pipeline::Counters pipeline;
  PresenceTable::Counters presence;
  std::vector<PluginReport> plugins;
  std::vector<ShardReport> shards;

  template <class Store>
  void report(Store store) {
    const std::lock_guard lock(mutex);
    store();
    --missing;
    arrived.notify_one();
  }
};

ShardQuestion for_shards(const AdminQuestion& question) {
  return {question.what == AdminQuery::clients, question.what == AdminQuery::rooms, question.client,
          question.offset, false};
}

std::vector<PluginReport> plugin_reports(const PipelinePlan& plan) {
  std::vector<PluginReport> reports;
  for (const Stage& stage : plan.stages) {
    reports.push_back(describe(stage.plugin()));
    PluginReport& report = reports.back();
    report.state = stage.state();
    report.why = stage.why();
    report.over_budget = stage.counters().over_budget;
    report.breaks = stage.counters().breaks;
    report.unseen = stage.counters().unseen;
    report.dead_letters = stage.counters().dead_letters;
    if (stage.shadow() != nullptr) report.shadow = stage.shadow()->report();
  }
  return reports;
}

// What the shards' instances of session plugins did counts together, and with that of the pipeline's.
void add_session_plugins(const std::vector<ShardReport>& shards, std::vector<PluginReport>& reports) {
  for (const ShardReport& shard : shards) {
    for (const PluginReport& plugin : shard.session_plugins) {
      const auto known = std::find_if(reports.begin(), reports.end(),
                                      [&](const PluginReport& each) { return each.name == plugin.name; });
      if (known == reports.end()) {
        reports.push_back(plugin);
        continue;
      }
      known->counters.calls += plugin.counters.calls;
      known->counters.errors += plugin.counters.errors;
      known->counters.time_us += plugin.counters.time_us;
      known->counters.max_us = std::max(known->counters.max_us, plugin.counters.max_us);
      merge_metrics(known->metrics, plugin.metrics);
    }
  }
}

// Those that are nothing but sources or sinks; of the others what they count in that role.
template <class Beside>
void add_beside_pipeline(const std::vector<Beside>& beside, std::vector<PluginReport>& reports) {
  for (const Beside& one : beside) {
    const auto known = std::find_if(reports.begin(), reports.end(),
                                    [&](const PluginReport& each) { return each.name == one.name; });
    if (known == reports.end())
      reports.push_back(one.plugin);
    else
      merge_metrics(known->metrics, one.plugin.metrics);
  }
}

}  // namespace

AdminDesk::~AdminDesk() { stop(); }

bool AdminDesk::ask(AdminQuestion question) { return keep(std::move(question)); }
bool AdminDesk::ask_pipeline(PipelineQuestion question) { return keep(std::move(question)); }

bool AdminDesk::keep(Question question) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || questions_.size() >= kMaxQuestions) return false;
  questions_.push_back(std::move(question));
  asked_.notify_one();
  return true;
}

void AdminDesk::start(Parts parts) {
  parts_ = std::make_unique<Parts>(std::move(parts));
  if (parts_->access != nullptr) admin_stats_ = std::make_unique<AdminStats>(parts_->admin_namespace);
  started_us_ = sampled_us_ = parts_->clock.monotonic_us();
  thread_ = std::thread([this] {
    name_thread("admin");
    run();
  });
}

void AdminDesk::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    asked_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void AdminDesk::run() {
  std::unique_lock lock(mutex_);
  auto next_sample = std::chrono::steady_clock::now() + kSampleEvery;
  while (!stopping_) {
    if (std::chrono::steady_clock::now() >= next_sample) {
      lock.unlock();
      sample();
      lock.lock();
      // From its end: while the pipeline does not answer, a sample takes as long, and questions have their
      // turn.
      next_sample = std::chrono::steady_clock::now() + kSampleEvery;
    }
    if (questions_.empty()) {
      asked_.wait_until(lock, next_sample, [this] { return stopping_ || !questions_.empty(); });
      continue;
    }
    const Question question = std::move(questions_.front());
    questions_.pop_front();
    lock.unlock();
    std::visit([this](const auto& each) { answer(each); }, question);
    lock.lock();
  }
}

void AdminDesk::answer(const AdminQuestion& question) {
  HttpResponse response;
  response.body = to_json(gather(for_shards(question)), question, parts_->clock.wall_us());
  parts_->shards[static_cast<size_t>(question.shard)]->respond(question.connection_id, std::move(response));
}

void AdminDesk::answer(const PipelineQuestion& question) {
  Shard& shard = *parts_->shards[static_cast<size_t>(question.shard)];
  const bool posted = parts_->pipeline.post([&shard, question](Pipeline& pipeline) {
    shard.respond(question.connection_id, question.answer(pipeline));
  });
  if (posted) return;
  shard.respond(question.connection_id,
                problem(503, "busy", "the pipeline has too much to do; try again in a moment"));
}

RelayReport AdminDesk::gather(const ShardQuestion& question) const {
  const auto collector = std::make_shared<Collector>();
  collector->missing = parts_->shards.size() + 1;
  for (Shard* shard : parts_->shards)
    shard->report(question, [collector](ShardReport report) {
      collector->report([&] { collector->shards.push_back(std::move(report)); });
    });
  const bool posted = parts_->pipeline.post([collector](Pipeline& pipeline) {
    collector->report([&] {
      collector->pipeline_answered = true;
      collector->pipeline = pipeline.counters();
      collector->presence = pipeline.presence().counters();
      collector->plugins = plugin_reports(pipeline.plan());
    });
  });
  RelayReport report;
  report.version = SENECA_VERSION_STRING;
  report.epoch = parts_->log.epoch();
  report.uptime_us = parts_->clock.monotonic_us() - started_us_;
  report.threads = static_cast<int>(parts_->shards.size());
  report.rss_bytes = resident_bytes();
  report.skipped_batches = parts_->hub.skipped_batches();
  report.events_in_per_s = events_in_per_s_;
  report.deliveries_per_s = deliveries_per_s_;
  report.intake = parts_->intake.counters();
  report.log = parts_->log.bounds();
  report.dead_letters = parts_->dead_letters.bounds();
  if (parts_->journal != nullptr) report.journal = parts_->journal->counters();
  for (const Source* source : parts_->sources) report.sources.push_back(source->status());
  report.plugin_sources = parts_->plugin_sources.report();
  report.sinks = parts_->plugin_sinks.report();

  std::unique_lock lock(collector->mutex);
  const size_t unreachable = posted ? 0 : 1;
  collector->arrived.wait_for(lock, kPatience, [&] { return collector->missing <= unreachable; });
  report.pipeline_answered = collector->pipeline_answered;
  report.pipeline = collector->pipeline;
  report.presence = collector->presence;
  report.plugins = collector->plugins;
  report.shards = collector->shards;
  add_session_plugins(report.shards, report.plugins);
  add_beside_pipeline(report.plugin_sources, report.plugins);
  add_beside_pipeline(report.sinks, report.plugins);
  return report;
}

void AdminDesk::sample() {
  const bool watched = admin_stats_ != nullptr && parts_->access->admins() != 0;
  ShardQuestion question;
  question.namespaces = watched;
  const RelayReport report = gather(question);
  note_rates(report);
  if (watched)
    tell_admins(report);
  else if (admin_stats_ != nullptr)
    admin_stats_->reset();
}

void AdminDesk::tell_admins(const RelayReport& report) {
  admin_stats_->sample(report, parts_->clock.wall_us());
  if (++samples_ % 2 != 0) return;
  AdminNews news;
  news.kind = AdminNews::Kind::stats;
  news.packets.push_back(admin_stats_->take_packet(report));
  const auto shared = std::make_shared<const AdminNews>(std::move(news));
  for (Shard* const shard : parts_->shards) shard->tell_admins(shared);
}

void AdminDesk::note_rates(const RelayReport& report) {
  uint64_t deliveries = 0;
  for (const ShardReport& shard : report.shards) deliveries += shard.counters.events_delivered;
  const int64_t now = parts_->clock.monotonic_us();
  const double seconds = static_cast<double>(now - sampled_us_) / 1e6;
  if (seconds < 0.5) return;
  events_in_per_s_ = static_cast<double>(report.intake.events - sampled_in_) / seconds;
  deliveries_per_s_ = static_cast<double>(deliveries - sampled_deliveries_) / seconds;
  sampled_us_ = now;
  sampled_in_ = report.intake.events;
  sampled_deliveries_ = deliveries;
}

}  // namespace relay
