#include "pipeline/pipeline.h"

#include <algorithm>
#include <span>
#include <sstream>
#include <string>
#include <utility>

#include "base/thread_name.h"
#include "pipeline/route_table.h"
#include "pipeline/views.h"
#include "pipeline/walk.h"

namespace relay {
namespace {

constexpr size_t kBatchEvents = 256;
constexpr int64_t kIdleUs = 1000000;
constexpr size_t kMaxTasks = 256;

EventBatch::Limits batch_limits(size_t max_event_data) {
  EventBatch::Limits limits;
  limits.fields.data_bytes = max_event_data;
  return limits;
}

// "FIRST LAST ACCEPTED REJECTED"
std::string outcome_of(const PublishResult& result) {
  return std::to_string(result.first_offset) + ' ' + std::to_string(result.last_offset) + ' ' +
         std::to_string(result.accepted) + ' ' + std::to_string(result.rejected);
}

PublishResult result_of(const std::string& outcome) {
  PublishResult result;
  std::istringstream(outcome) >> result.first_offset >> result.last_offset >> result.accepted >>
      result.rejected;
  return result;
}

/// Completes receipts once what they are for is kept, or says that it is not.
class Receipts final : public CommitNotice {
 public:
  void add(std::unique_ptr<PublishReceipt> receipt, PublishResult result) {
    waiting_.emplace_back(std::move(receipt), std::move(result));
  }
  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  void committed(const Status& kept) override {
    for (auto& [receipt, result] : waiting_) {
      if (!kept) result.unkept = kept.error().code;
      receipt->complete(result);
    }
  }

 private:
  std::vector<std::pair<std::unique_ptr<PublishReceipt>, PublishResult>> waiting_;
};

}  // namespace

Pipeline::Pipeline(Intake& intake, Log& log, DeadLetters& dead_letters, BatchSink& sink, const Clock& clock,
                   Logger& logger, size_t max_event_data, RepeatLimits repeats)
    : intake_(intake),
      log_(log),
      dead_letters_(dead_letters),
      sink_(sink),
      clock_(clock),
      logger_(logger),
      batch_(batch_limits(max_event_data)),
      presence_(logger),
      tasks_(kMaxTasks),
      places_(repeats.window_us, repeats.most),
      answers_(repeats.window_us, repeats.most) {}

Pipeline::~Pipeline() {
  intake_.close();
  join();
}

void Pipeline::start(PipelinePlan plan) {
  plan_ = std::move(plan);
  thread_ = std::thread([this] {
    name_thread("pipeline");
    run();
  });
}

void Pipeline::join() {
  if (thread_.joinable()) thread_.join();
}

bool Pipeline::post(std::function<void(Pipeline&)> task) {
  const auto put = tasks_.put(std::move(task));
  if (put == Mailbox<std::function<void(Pipeline&)>>::Put::full) return false;
  intake_.interrupt();
  return true;
}

PipelinePlan Pipeline::exchange(PipelinePlan plan) {
  for (Stage& stage : plan.stages) {
    const Result<Stage*> old = find_stage(stage.plugin().name());
    if (!old) continue;
    if (const Status adopted = stage.take_over(**old); !adopted)
      logger_.warn("pipeline",
                   "the new " + stage.plugin().name() + " starts empty: " + adopted.error().to_string());
  }
  std::swap(plan_, plan);
  taps_.keep(plan_.stages);
  return plan;
}

Result<Stage*> Pipeline::find_stage(std::string_view name) {
  for (Stage& stage : plan_.stages)
    if (stage.plugin().name() == name) return &stage;
  return fail("plugin_unknown", std::string(name), "no plugin of that name is in the pipeline");
}

Status Pipeline::replace(Stage& fresh) {
  const Result<Stage*> old = find_stage(fresh.plugin().name());
  if (!old) return tl::unexpected(old.error());
  if (Status status = fresh.take_over(**old); !status) return status;
  std::swap(**old, fresh);
  return {};
}

Status Pipeline::disable(std::string_view name, std::string why) {
  const Result<Stage*> stage = find_stage(name);
  if (!stage) return tl::unexpected(stage.error());
  if ((*stage)->disabled()) return {};
  (*stage)->disable(why);
  announce({plugin_type::kDisabled, std::string(name), std::move(why)});
  return {};
}

Status Pipeline::enable(std::string_view name, std::string why) {
  const Result<Stage*> stage = find_stage(name);
  if (!stage) return tl::unexpected(stage.error());
  if (!(*stage)->rests()) return {};
  (*stage)->enable();
  announce({plugin_type::kEnabled, std::string(name), std::move(why)});
  return {};
}

void Pipeline::announce(PluginNews news) {
  const std::string_view what = news.type.substr(plugin_type::kPrefix.size());
  const bool trouble = news.type == plugin_type::kDisabled || news.type == plugin_type::kSlow ||
                       news.type == plugin_type::kBroken || news.type == plugin_type::kRestarted;
  logger_.write(trouble ? LogLevel::warn : LogLevel::info, "pipeline",
                "plugin " + news.name + " is " + std::string(what) + ": " + news.why);
  news_.push_back(std::move(news));
}

// Behind the last stage: what becomes of plugins is not for plugins to drop.
void Pipeline::publish_news() {
  if (news_.empty()) return;
  items_.clear();
  for (const PluginNews& news : news_)
    items_.push_back({make_event(news, clock_.wall_us()), StageItem::kNobody});
  news_.clear();
  publish_items();
}

void Pipeline::run() {
  std::vector<Publication> publications;
  while (intake_.take(publications, wait_us())) {
    if (!publications.empty()) process(publications);
    publications.clear();
    run_tasks();
    run_timers();
    log_.settle({});
  }
  run_tasks();
  log_.settle({});
}

void Pipeline::run_tasks() {
  std::vector<std::function<void(Pipeline&)>> tasks;
  tasks_.take_all(tasks);
  for (const auto& task : tasks) {
    task(*this);
    publish_news();
  }
}

int64_t Pipeline::wait_us() const {
  int64_t next = INT64_MAX;
  for (const Stage& stage : plan_.stages) next = std::min(next, stage.next_tick_us());
  if (next == INT64_MAX) return kIdleUs;
  return std::clamp<int64_t>(next - clock_.monotonic_us(), 0, kIdleUs);
}

void Pipeline::run_timers() {
  const int64_t now = clock_.monotonic_us();
  for (size_t i = 0; i < plan_.stages.size(); ++i) {
    if (now < plan_.stages[i].next_tick_us()) continue;
    items_.clear();
    plan_.stages[i].tick(now, clock_.wall_us(), items_, batch_, *this);
    show(plan_.stages[i].plugin().name());
    if (taps_.any()) taps_.show_tick(plan_.stages[i].plugin().name(), items_);
    process_items(i + 1);
    publish_news();
  }
}

void Pipeline::process(std::vector<Publication>& publications) {
  results_.assign(publications.size(), PublishResult());
  size_t settled = 0;  // publications before this one are complete
  const auto flush = [&](size_t upto) {
    process_items(0);
    publish_news();
    items_.clear();
    // Half of a publication is not kept without where its source stands then.
    if (upto < publications.size() && !publications[upto].positions.empty()) return;
    settle(std::span(publications).subspan(settled, upto - settled), settled);
    settled = upto;
  };
  const auto add = [&](EventRef& event, size_t i, uint32_t publication, uint64_t* place = nullptr) {
    items_.push_back({std::move(event), publication, place});
    if (items_.size() == kBatchEvents) flush(i);
  };
  const auto publish = [&](EventRef& event, size_t i) {
    bool fresh = true;
    uint64_t* const place = publications[i].receipt != nullptr && event->is_named() && !event->is_transient()
                                ? place_of(*event, fresh)
                                : nullptr;
    if (!fresh && *place == 0) flush(i);  // it is in this batch
    if (!fresh && *place != 0) return note_repeat(results_[i], *place);
    add(event, i, static_cast<uint32_t>(i), place);
  };
  items_.clear();
  places_.expire(clock_.monotonic_us());
  answers_.expire(clock_.monotonic_us());
  std::vector<EventRef> changed;
  for (size_t i = 0; i < publications.size(); ++i) {
    Publication& publication = publications[i];
    if (!publication.key.empty()) flush(i);  // an earlier one may have the same key
    if (!answered_before(publication, results_[i]))
      for (EventRef& event : publication.events) publish(event, i);
    for (const PresenceChange& change : publication.presence) {
      changed.clear();
      presence_.apply(change, clock_.wall_us(), changed);
      for (EventRef& event : changed) add(event, i, StageItem::kNobody);
    }
    if (publication.question == nullptr) continue;
    flush(i);  // so that the answer is what has become of everything up to its offset, and nothing else
    answer(*publication.question);
  }
  flush(publications.size());
}

uint64_t* Pipeline::place_of(const Event& event, bool& fresh) {
  std::string key = std::string(event.source()).append(1, '\0').append(event.id());
  return places_.find(std::move(key), clock_.monotonic_us(), fresh);
}

void Pipeline::note_repeat(PublishResult& result, uint64_t offset) {
  if (result.first_offset == 0) result.first_offset = offset;
  result.last_offset = offset;
  ++result.accepted;
  ++result.repeated;
  ++counters_.repeated;
}

bool Pipeline::answered_before(const Publication& publication, PublishResult& result) {
  bool fresh = false;
  if (publication.key.empty()) return false;
  const PublishResult* const answer = answers_.find(publication.key, clock_.monotonic_us(), fresh);
  if (answer == nullptr || answer->last_offset == 0) return false;
  result = *answer;
  result.repeated = result.accepted;
  counters_.repeated += result.accepted;
  return true;
}

void Pipeline::remember(const Event& event) {
  bool fresh = false;
  if (uint64_t* const place = place_of(event, fresh)) *place = event.offset();
}

void Pipeline::remember(const KeyedOutcome& outcome) {
  bool fresh = false;
  PublishResult* const answer = answers_.find(outcome.key, clock_.monotonic_us(), fresh);
  if (answer != nullptr) *answer = result_of(outcome.outcome);
}

void Pipeline::settle(std::span<Publication> publications, size_t first_result) {
  Settlement settlement;
  auto receipts = std::make_unique<Receipts>();
  for (size_t i = 0; i < publications.size(); ++i) {
    std::move(publications[i].positions.begin(), publications[i].positions.end(),
              std::back_inserter(settlement.positions));
    const std::string& key = publications[i].key;
    PublishResult& result = results_[first_result + i];
    if (!key.empty() && result.repeated == 0 && result.last_offset != 0) {
      bool fresh = false;
      if (PublishResult* const answer = answers_.find(key, clock_.monotonic_us(), fresh)) {
        *answer = result;
        settlement.keys.push_back({key, outcome_of(result)});
      }
    }
    if (publications[i].receipt != nullptr)
      receipts->add(std::move(publications[i].receipt), std::move(result));
  }
  if (!receipts->empty()) settlement.notice = std::move(receipts);
  log_.settle(std::move(settlement));
}

void Pipeline::answer(PresenceQuestion& question) {
  question.answer(presence_.describe(question.namespace_, question.room) +
                  ",\"offset\":" + std::to_string(log_.bounds().newest));
}

void Pipeline::process_items(size_t first_stage) {
  if (items_.empty()) return;
  const int64_t start = clock_.monotonic_us();
  if (first_stage == 0) {
    counters_.events_in += items_.size();
    show(TapPlace::kIn);
  }
  for (size_t i = first_stage; i < plan_.stages.size() && !items_.empty(); ++i) {
    plan_.stages[i].run(items_, batch_, *this, start);
    show(plan_.stages[i].plugin().name());
  }
  if (!items_.empty()) publish_items();
  dead_letters_.flush();
  ++counters_.batches;
  counters_.batch_us.record(static_cast<uint64_t>(clock_.monotonic_us() - start));
}

// A plugin may have changed one into what is none: it goes nowhere.
std::vector<Emission> Pipeline::take_emissions() {
  std::vector<Emission> emissions;
  std::erase_if(items_, [&](const StageItem& item) {
    if (!is_emission(item.event->type())) return false;
    Result<Emission> emission = parse_emission(item.event->type(), item.event->data());
    if (emission) {
      emissions.push_back(std::move(*emission));
      return false;
    }
    const std::string reason = emission.error().to_string();
    logger_.warn("pipeline", "event " + std::string(item.event->id()) + " of type " +
                                 std::string(item.event->type()) + " goes nowhere: " + reason);
    ended(item, Verdict::fail, item.event->type(), reason);
    return true;
  });
  return emissions;
}

void Pipeline::publish_items() {
  auto routed = std::make_shared<RoutedBatch>();
  routed->emissions = take_emissions();
  if (items_.empty()) return;
  int32_t emissions = 0;
  routed->routes = plan_.routes;
  routed->views_left_out = !sink_.wants_views();
  routed->events.reserve(items_.size());
  std::vector<EventRef> events;
  events.reserve(items_.size());
  for (StageItem& item : items_) {
    const auto first = static_cast<uint32_t>(routed->deliveries.size());
    const uint32_t count = route_event(*plan_.routes, *item.event, routed->deliveries);
    apply_route_priority(*item.event, std::span(routed->deliveries).subspan(first, count));
    if (!routed->views_left_out && !item.event->is_backfill()) render_views(*item.event, *routed, first);
    events.push_back(item.event);
    const int32_t emission = is_emission(item.event->type()) ? emissions++ : -1;
    routed->events.push_back({std::move(item.event), first, count, emission});
  }
  log_.append(std::move(events));
  if (taps_.any()) taps_.show<RoutedEvent>(TapPlace::kOut, routed->events, log_.epoch());
  counters_.events_out += items_.size();
  for (size_t i = 0; i < items_.size(); ++i) {
    if (items_[i].publication == StageItem::kNobody) continue;
    PublishResult& result = results_[items_[i].publication];
    const uint64_t offset = routed->events[i].event->offset();
    if (items_[i].place != nullptr) *items_[i].place = offset;
    if (result.first_offset == 0) result.first_offset = offset;
    result.last_offset = offset;
    ++result.accepted;
  }
  sink_.publish(routed);
}

// Their priorities were decided when they came; others may be reading them.
RoutedBatchRef Pipeline::route_past(std::vector<EventRef> events) {
  auto routed = std::make_shared<RoutedBatch>();
  routed->routes = plan_.routes;
  routed->events.reserve(events.size());
  for (EventRef& event : events) {
    int32_t emission = -1;
    if (is_emission(event->type())) {
      Result<Emission> parsed = parse_emission(event->type(), event->data());
      if (!parsed) continue;
      emission = static_cast<int32_t>(routed->emissions.size());
      routed->emissions.push_back(std::move(*parsed));
    }
    const auto first = static_cast<uint32_t>(routed->deliveries.size());
    const uint32_t count = route_event(*plan_.routes, *event, routed->deliveries);
    if (!event->is_backfill()) render_views(*event, *routed, first);
    routed->events.push_back({std::move(event), first, count, emission});
  }
  return routed;
}

void Pipeline::render_views(const Event& event, RoutedBatch& batch, uint32_t first_delivery) {
  std::string payload;
  for (size_t i = first_delivery; i < batch.deliveries.size(); ++i) {
    Delivery& delivery = batch.deliveries[i];
    if (render_view(plan_.stages, event, *delivery.route, payload) == nullptr) continue;
    delivery.view = static_cast<int32_t>(batch.views.size());
    batch.views.push_back(std::exchange(payload, std::string()));
  }
}

std::string Pipeline::walk(EventRef event, bool stateful) {
  return walk_event(plan_, std::move(event), stateful, batch_);
}

void Pipeline::ended(const StageItem& item, Verdict verdict, std::string_view plugin,
                     std::string_view reason) {
  if (verdict == Verdict::drop) ++counters_.dropped;
  if (verdict == Verdict::reject) ++counters_.rejected;
  if (verdict == Verdict::fail) ++counters_.failed;
  if (item.publication == StageItem::kNobody) return;
  PublishResult& result = results_[item.publication];
  if (verdict == Verdict::drop) {
    ++result.accepted;
    return;
  }
  ++result.rejected;
  if (result.reason.empty()) result.reason = std::string(plugin) + ": " + std::string(reason);
}

void Pipeline::dead_letter(const StageItem& item, std::string_view plugin, std::string_view reason) {
  dead_letters_.keep(*item.event, plugin, reason);
}

}  // namespace relay
