#include "pipeline/walk.h"

#include <seneca/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/emission.h"
#include "event/serialize.h"
#include "pipeline/route_table.h"
#include "pipeline/step.h"
#include "pipeline/views.h"

namespace relay {
namespace {

constexpr uint32_t kWalked = 0;  // stands for the publication of the event itself

/// One walk through the stages, then the routes.
class Walk {
 public:
  Walk(PipelinePlan& plan, bool stateful, EventBatch& batch)
      : plan_(plan), stateful_(stateful), batch_(batch) {}

  std::string run(EventRef event) {
    items_.push_back({std::move(event), kWalked});
    for (Stage& stage : plan_.stages) pass(stage);
    std::string out;
    for (const StageItem& item : items_) {
      if (!out.empty()) out += ',';
      append_way_out(out, item);
    }
    return std::string("{\"accepted\":") + (accepted_ ? "true" : "false") + ",\"steps\":[" + steps_ +
           "],\"left_out\":" + std::to_string(left_out_) + ",\"out\":[" + out + "]}\n";
  }

 private:
  void pass(Stage& stage);
  void settle(const Stage& stage, const StageItem& item, uint32_t i);
  void keep(StageItem item);
  std::string& next_step() { return steps_.empty() ? steps_ : steps_ += ','; }
  void append_way_out(std::string& out, const StageItem& item);
  void append_route(std::string& out, const Event& event, const Route& route);

  PipelinePlan& plan_;
  const bool stateful_;
  EventBatch& batch_;
  std::vector<StageItem> items_, next_;
  std::string steps_;
  bool accepted_ = true;
  uint64_t left_out_ = 0;
};

std::string why_unasked(const Stage& stage, bool stateful) {
  if (stage.rests()) return "it is " + std::string(stage.state());
  const bool remembers = stage.plugin().has_state() || stage.plugin().has_timer();
  if (!remembers || stateful) return "";
  return stage.plugin().has_state() ? "it keeps state" : "it has a timer";
}

void Walk::pass(Stage& stage) {
  std::vector<const Event*> seen;
  for (const StageItem& item : items_)
    if (stage.sees(*item.event)) seen.push_back(item.event.get());
  if (seen.empty()) return;
  const std::string unasked = why_unasked(stage, stateful_);
  if (!unasked.empty()) {
    for (const Event* event : seen) append_unasked_json(next_step(), stage.plugin().name(), *event, unasked);
    return;
  }
  batch_.assign(seen);
  stage.plugin().process(batch_);
  next_.clear();
  uint32_t i = 0;
  for (StageItem& item : items_) {
    if (i == seen.size() || item.event.get() != seen[i])
      keep(std::move(item));
    else
      settle(stage, item, i++);
  }
  items_.swap(next_);
}

void Walk::settle(const Stage& stage, const StageItem& item, uint32_t i) {
  append_step_json(next_step(), stage.plugin().name(), *item.event, i, batch_);
  const Verdict verdict = batch_.verdict(i);
  if (verdict == Verdict::pass)
    keep({batch_.changed(i) ? batch_.changed(i) : item.event, item.publication});
  else if (verdict == Verdict::fail && stage.config().on_error != PluginConfig::OnError::drop)
    keep(item);
  else if (item.publication == kWalked && verdict != Verdict::drop)
    accepted_ = false;
  for (const EventBatch::Emitted& emitted : batch_.emitted_after(i))
    keep({emitted.event, StageItem::kNobody});
}

void Walk::keep(StageItem item) {
  if (next_.size() < kMaxWalked)
    next_.push_back(std::move(item));
  else
    ++left_out_;
}

void Walk::append_way_out(std::string& out, const StageItem& item) {
  Event& event = *item.event;
  std::vector<Delivery> deliveries;
  route_event(*plan_.routes, event, deliveries);
  apply_route_priority(event, deliveries);
  out += "{\"event\":";
  append_cloudevent_json(out, event, "");
  if (is_emission(event.type())) {
    const Result<Emission> emission = parse_emission(event.type(), event.data());
    if (!emission) {
      if (item.publication == kWalked) accepted_ = false;
      out += ",\"reason\":";
      seneca::append_json_string(out, emission.error().to_string());
    }
  }
  out += ",\"routes\":[";
  for (const Delivery& delivery : deliveries) {
    if (&delivery != &deliveries.front()) out += ',';
    append_route(out, event, *delivery.route);
  }
  out += "]}";
}

void Walk::append_route(std::string& out, const Event& event, const Route& route) {
  const auto add = [&out](std::string_view name, std::string_view text) {
    out.append(name);
    seneca::append_json_string(out, text);
  };
  add("{\"event\":", route.event);
  add(",\"namespace\":", route.namespace_);
  out += ",\"rooms\":[";
  // An event's own room takes the place of the route's; a route without rooms is for nobody in particular.
  const bool redirected = !event.room().empty() && !route.rooms.empty();
  if (redirected) add("", event.room());
  for (size_t i = 0; i < route.rooms.size() && !redirected; ++i) add(i == 0 ? "" : ",", route.rooms[i]);
  std::string payload;
  const Stage* const view = render_view(plan_.stages, event, route, payload);
  out += "],\"view\":";
  if (view != nullptr)
    seneca::append_json_string(out, view->plugin().name());
  else
    out += "null";
  out += ",\"payload\":";
  if (view != nullptr)
    out += payload;
  else
    append_seed_json(out, event);
  out += '}';
}

}  // namespace

std::string walk_event(PipelinePlan& plan, EventRef event, bool stateful, EventBatch& batch) {
  return Walk(plan, stateful, batch).run(std::move(event));
}

}  // namespace relay
