#include "pipeline/taps.h"

#include <algorithm>
#include <string>
#include <utility>

#include "event/serialize.h"
#include "pipeline/step.h"

namespace relay {
namespace {

bool is_plugin(const std::vector<Stage>& stages, std::string_view name) {
  return std::any_of(stages.begin(), stages.end(),
                     [name](const Stage& stage) { return stage.plugin().name() == name; });
}

// Neither in nor out is a plugin, so neither has a difference to show.
bool exists(const TapPlace& place, const std::vector<Stage>& stages) {
  const bool at_an_end = place.stage == TapPlace::kIn || place.stage == TapPlace::kOut;
  return at_an_end ? !place.diff : is_plugin(stages, place.stage);
}

std::string names(const std::vector<Stage>& stages, bool diff) {
  std::string text = diff ? "" : "in, out";
  for (const Stage& stage : stages) text += (text.empty() ? "" : ", ") + stage.plugin().name();
  return text.empty() ? "there are none" : "there are " + text;
}

}  // namespace

Status Taps::open(std::shared_ptr<Tap> tap, const std::vector<Stage>& stages) {
  if (tap->left()) return {};
  const TapPlace& place = tap->place();
  if (!exists(place, stages))
    return fail("stage_unknown", place.stage, "is no stage of the pipeline; " + names(stages, place.diff));
  std::erase_if(taps_, [](const auto& each) { return each->left(); });
  if (taps_.size() >= kMaxTaps)
    return fail("too_many_taps", place.stage,
                std::to_string(kMaxTaps) + " look into the pipeline already; end one of them");
  taps_.push_back(std::move(tap));
  return {};
}

std::span<const std::shared_ptr<Tap>> Taps::looking_at(std::string_view stage, bool diff) {
  std::erase_if(taps_, [](const auto& tap) { return tap->left(); });
  found_.clear();
  for (const auto& tap : taps_)
    if (tap->place().diff == diff && tap->place().stage == stage) found_.push_back(tap);
  return found_;
}

void Taps::put(Tap& tap, const Event& event, std::string_view epoch) {
  if (!tap.place().takes(event)) return;
  std::string text;
  append_cloudevent_json(text, event, epoch);
  tap.put(std::move(text));
}

void Taps::show_answers(std::string_view plugin, std::span<const Event* const> saw, const EventBatch& batch) {
  for (const auto& tap : looking_at(plugin, true)) {
    for (uint32_t i = 0; i < saw.size(); ++i) {
      if (!tap->place().takes(*saw[i])) continue;
      const bool untouched =
          batch.verdict(i) == Verdict::pass && !batch.changed(i) && batch.emitted_after(i).empty();
      if (untouched) {
        tap->count_untouched();
        continue;
      }
      std::string text;
      append_step_json(text, plugin, *saw[i], i, batch);
      tap->put(std::move(text));
    }
  }
}

void Taps::show_tick(std::string_view plugin, std::span<const StageItem> emitted) {
  for (const auto& tap : looking_at(plugin, true)) {
    std::vector<EventRef> taken;
    for (const StageItem& item : emitted)
      if (tap->place().takes(*item.event)) taken.push_back(item.event);
    if (taken.empty()) continue;
    std::string text;
    append_tick_json(text, plugin, taken);
    tap->put(std::move(text));
  }
}

void Taps::keep(const std::vector<Stage>& stages) {
  std::erase_if(taps_, [&stages](const auto& tap) {
    if (exists(tap->place(), stages)) return false;
    tap->end(tap->place().stage + " is no longer in the pipeline");
    return true;
  });
}

}  // namespace relay
