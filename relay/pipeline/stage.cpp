#include "pipeline/stage.h"

#include <algorithm>
#include <utility>

namespace relay {

Stage::Stage(std::unique_ptr<PluginInstance> plugin, PatternSet match, PluginConfig config)
    : plugin_(std::move(plugin)),
      match_(std::move(match)),
      config_(std::move(config)),
      next_tick_us_(plugin_->has_timer() ? 0 : INT64_MAX) {}

void Stage::run(std::vector<StageItem>& items, EventBatch& batch, StageObserver& observer, Logger& logger) {
  if (disabled_ || !plugin_->has_filter()) return;
  seen_.clear();
  for (const StageItem& item : items)
    if (match_.matches(item.event->type())) seen_.push_back(item.event.get());
  if (seen_.empty()) return;

  batch.assign(seen_);
  plugin_->process(batch);
  if (batch.untouched()) return;

  next_.clear();
  uint32_t i = 0;  // position in the batch: the events the plugin saw, in the order of items
  for (StageItem& item : items) {
    if (i == seen_.size() || item.event.get() != seen_[i]) {
      next_.push_back(std::move(item));
      continue;
    }
    settle(item, i, batch, observer, logger);
    for (const EventBatch::Emitted& emitted : batch.emitted_after(i))
      next_.push_back({emitted.event, StageItem::kNobody});
    ++i;
  }
  items.swap(next_);
}

void Stage::settle(const StageItem& item, uint32_t i, EventBatch& batch, StageObserver& observer,
                   Logger& logger) {
  const Verdict verdict = batch.verdict(i);
  if (verdict == Verdict::pass) {
    next_.push_back({batch.changed(i) ? batch.changed(i) : item.event, item.publication});
    return;
  }
  if (verdict == Verdict::fail && config_.on_error != PluginConfig::OnError::drop) {
    next_.push_back(item);
    if (config_.on_error == PluginConfig::OnError::disable && !disabled_) {
      disabled_ = true;
      logger.error("pipeline", "plugin " + plugin_->name() + " is disabled after a failure: " +
                                   std::string(batch.reason(i)) + "; mend it and reload (SIGHUP)");
    }
    return;
  }
  observer.ended(item, verdict, plugin_->name(), batch.reason(i));
}

void Stage::tick(int64_t monotonic_us, int64_t wall_us, std::vector<StageItem>& items, EventBatch& batch) {
  if (monotonic_us < next_tick_us_) return;
  next_tick_us_ = monotonic_us + std::max<int64_t>(plugin_->tick_interval_ms(), 10) * 1000;
  if (disabled_) return;
  plugin_->tick(wall_us, batch);
  for (const EventBatch::Emitted& emitted : batch.emitted())
    items.push_back({emitted.event, StageItem::kNobody});
}

}  // namespace relay
