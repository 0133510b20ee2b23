#include "pipeline/stage.h"

#include <algorithm>
#include <utility>

namespace relay {
namespace {

constexpr int64_t kTellSlowUs = 60'000'000;

}  // namespace

Stage::Stage(std::unique_ptr<PluginInstance> plugin, PatternSet match, PluginConfig config,
             std::unique_ptr<Shadow> shadow)
    : plugin_(std::move(plugin)),
      match_(std::move(match)),
      config_(std::move(config)),
      shadow_(std::move(shadow)),
      next_tick_us_(plugin_->has_timer() ? 0 : INT64_MAX),
      breaker_(config_.breaker) {}

void Stage::run(std::vector<StageItem>& items, EventBatch& batch, StageObserver& observer,
                int64_t monotonic_us) {
  if (disabled_ || !plugin_->has_filter()) return;
  seen_.clear();
  for (const StageItem& item : items)
    if (match_.matches(item.event->type())) seen_.push_back(item.event.get());
  if (seen_.empty()) return;
  if (!breaker_.allows(monotonic_us)) return rest(items, observer);

  batch.assign(seen_);
  const Effort before = effort();
  plugin_->process(batch);
  if (shadow_ && shadow_->works()) run_shadow(batch, before, monotonic_us, observer);
  judge(before, batch.reason(0), monotonic_us, observer);
  observer.answered(plugin_->name(), seen_, batch);
  if (batch.untouched()) return;

  next_.clear();
  uint32_t i = 0;  // position in the batch: the events the plugin saw, in the order of items
  for (StageItem& item : items) {
    if (i == seen_.size() || item.event.get() != seen_[i]) {
      next_.push_back(std::move(item));
      continue;
    }
    settle(item, i, batch, observer);
    for (const EventBatch::Emitted& emitted : batch.emitted_after(i))
      next_.push_back({emitted.event, StageItem::kNobody});
    ++i;
  }
  items.swap(next_);
}

void Stage::run_shadow(const EventBatch& batch, const Effort& before, int64_t monotonic_us,
                       StageObserver& observer) {
  const uint64_t spent_us = effort().time_us - before.time_us;
  std::string left_alone = shadow_->run(seen_, batch, spent_us, config_.budget_ms, monotonic_us);
  if (!left_alone.empty()) observer.announce({plugin_type::kBroken, shadow_->name(), std::move(left_alone)});
}

void Stage::settle(const StageItem& item, uint32_t i, EventBatch& batch, StageObserver& observer) {
  const Verdict verdict = batch.verdict(i);
  if (verdict == Verdict::pass) {
    next_.push_back({batch.changed(i) ? batch.changed(i) : item.event, item.publication});
    return;
  }
  if (verdict == Verdict::fail && config_.on_error != PluginConfig::OnError::drop) {
    next_.push_back(item);
    if (batch.is_killing(i))
      keep(item, batch.reason(i), observer);  // it goes on, and whoever mends the plugin needs it
    if (config_.on_error == PluginConfig::OnError::disable && !disabled_) {
      disabled_ = true;
      why_ = "it failed: " + std::string(batch.reason(i)) + "; mend and reload it";
      observer.announce({plugin_type::kDisabled, plugin_->name(), why_});
    }
    return;
  }
  end(item, verdict, batch.reason(i), observer);
}

void Stage::end(const StageItem& item, Verdict verdict, std::string_view reason, StageObserver& observer) {
  if (verdict == Verdict::fail) keep(item, reason, observer);
  observer.ended(item, verdict, plugin_->name(), reason);
}

void Stage::keep(const StageItem& item, std::string_view reason, StageObserver& observer) {
  ++counters_.dead_letters;
  observer.dead_letter(item, plugin_->name(), reason);
}

void Stage::rest(std::vector<StageItem>& items, StageObserver& observer) {
  counters_.unseen += seen_.size();
  if (config_.on_break == PluginConfig::OnBreak::pass) return;
  next_.clear();
  size_t i = 0;
  for (StageItem& item : items) {
    if (i == seen_.size() || item.event.get() != seen_[i]) {
      next_.push_back(std::move(item));
      continue;
    }
    end(item, Verdict::fail, why_, observer);
    ++i;
  }
  items.swap(next_);
}

Stage::Effort Stage::effort() const { return {plugin_->counters().errors, plugin_->counters().time_us}; }

// How the call went that has just been made. `failure` is what the plugin said, if it failed as a whole.
void Stage::judge(const Effort& before, std::string_view failure, int64_t monotonic_us,
                  StageObserver& observer) {
  const Effort now = effort();
  const bool failed = now.errors != before.errors;
  const uint64_t spent_ms = (now.time_us - before.time_us) / 1000;
  const bool slow = config_.budget_ms != 0 && spent_ms > static_cast<uint64_t>(config_.budget_ms);
  std::string what(failed ? failure : "");
  if (slow) {
    ++counters_.over_budget;
    what = "a batch took " + std::to_string(spent_ms) + " ms, and it has " +
           std::to_string(config_.budget_ms) + " (budget_ms)";
    if (!told_slow_us_ || monotonic_us - *told_slow_us_ >= kTellSlowUs) {
      told_slow_us_ = monotonic_us;
      observer.announce({plugin_type::kSlow, plugin_->name(), what});
    }
  }
  const uint64_t ends = tell_of_ends(observer);
  if (ends != 0) what = plugin_->process_report()->last_end;
  Breaker::Change change = ends == 0 ? breaker_.note(!failed && !slow, monotonic_us) : Breaker::Change::none;
  for (uint64_t i = 0; i < ends && change == Breaker::Change::none; ++i)
    change = breaker_.note_end(monotonic_us);
  switch (change) {
    case Breaker::Change::none:
      return;
    case Breaker::Change::opened:
      ++counters_.breaks;
      why_ = (ends != 0 ? "its process ended too often"
                        : "it failed or took too long " + std::to_string(config_.breaker.failures) +
                              " times in a row") +
             ", at last: " + what;
      observer.announce({plugin_type::kBroken, plugin_->name(), why_});
      return;
    case Breaker::Change::closed:
      why_.clear();
      observer.announce({plugin_type::kRecovered, plugin_->name(), "a trial went well"});
      return;
  }
}

uint64_t Stage::tell_of_ends(StageObserver& observer) {
  const ProcessReport* process = plugin_->process_report();
  const uint64_t ends = process == nullptr ? 0 : process->ends - std::exchange(ends_told_, process->ends);
  if (ends != 0)
    observer.announce({plugin_type::kRestarted, plugin_->name(),
                       process->last_end + (ends > 1 ? " (" + std::to_string(ends) + " times)" : "")});
  return ends;
}

std::string_view Stage::state() const {
  if (disabled_) return "disabled";
  if (!breaker_.open()) return "enabled";
  return config_.on_break == PluginConfig::OnBreak::pass ? "bypassed" : "dropping";
}

void Stage::disable(std::string why) {
  disabled_ = by_operator_ = true;
  why_ = std::move(why);
}

void Stage::enable() {
  disabled_ = by_operator_ = false;
  breaker_ = Breaker(config_.breaker);
  why_.clear();
}

Status Stage::take_over(Stage& old) {
  if (old.by_operator_) disable(old.why_);
  if (plugin_->has_timer() && old.plugin_->has_timer()) next_tick_us_ = old.next_tick_us_;
  if (plugin_->library().id() == old.plugin_->library().id())
    if (Status adopted = plugin_->adopt_state(*old.plugin_); !adopted) return adopted;
  if (shadow_) shadow_->take_over(*plugin_);
  return {};
}

void Stage::tick(int64_t monotonic_us, int64_t wall_us, std::vector<StageItem>& items, EventBatch& batch,
                 StageObserver& observer) {
  if (monotonic_us < next_tick_us_) return;
  next_tick_us_ = monotonic_us + std::max<int64_t>(plugin_->tick_interval_ms(), 10) * 1000;
  if (disabled_ || !breaker_.allows(monotonic_us)) return;
  const Effort before = effort();
  plugin_->tick(wall_us, batch);
  judge(before, "its timer failed", monotonic_us, observer);
  for (const EventBatch::Emitted& emitted : batch.emitted())
    items.push_back({emitted.event, StageItem::kNobody});
}

}  // namespace relay
