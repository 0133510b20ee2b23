#include "cli/plugin/trial.h"

#include <optional>
#include <seneca/json.hpp>
#include <seneca/json_text.hpp>
#include <utility>

#include "event/envelope.h"
#include "event/serialize.h"
#include "server/plan.h"

namespace relay {
namespace {

constexpr int64_t kAnHourUs = 3600000000;

/// Keeps how an event ended.
class EndNoted final : public StageObserver {
 public:
  void ended(const StageItem& item, Verdict verdict, std::string_view, std::string_view reason) override {
    static constexpr Fate::Kind kKinds[] = {Fate::Kind::pass, Fate::Kind::drop, Fate::Kind::reject,
                                            Fate::Kind::fail};
    end = Fate{kKinds[static_cast<size_t>(verdict)], item.event, std::string(reason), {}, {}};
  }
  void announce(PluginNews) override {}
  std::optional<Fate> end;
};

// The time of {"tick": TIME}; nothing for any other line.
std::optional<std::string> tick_time(std::string_view line) {
  const seneca::JsonView view(line);
  if (view.size() != 1 || !view.get("tick").is_string()) return std::nullopt;
  return view.get("tick").string();
}

}  // namespace

std::string_view to_string(Fate::Kind kind) {
  static constexpr std::string_view kNames[] = {"pass", "drop", "reject", "fail", "emit", "publish", "view"};
  return kNames[static_cast<size_t>(kind)];
}

void append_fate_json(std::string& out, const Fate& fate) {
  out += "{\"";
  out += to_string(fate.kind);
  out += "\":";
  switch (fate.kind) {
    case Fate::Kind::pass:
    case Fate::Kind::emit:
    case Fate::Kind::publish:
      append_cloudevent_json(out, *fate.event, "");
      break;
    case Fate::Kind::drop:
    case Fate::Kind::reject:
    case Fate::Kind::fail:
      seneca::append_json_string(out, fate.event->id());
      out += ",\"reason\":";
      seneca::append_json_string(out, fate.reason);
      break;
    case Fate::Kind::view:
      seneca::append_json_string(out, fate.ui_event);
      out += ",\"id\":";
      seneca::append_json_string(out, fate.event->id());
      if (fate.reason.empty()) {
        out += ",\"payload\":";
        out += fate.rendered.empty() ? "null" : fate.rendered;
      } else {
        out += ",\"error\":";
        seneca::append_json_string(out, fate.reason);
      }
      break;
  }
  out += '}';
}

Result<std::unique_ptr<PluginTrial>> PluginTrial::make(PluginWorkbench& bench, Options options) {
  if (!bench.library()->roles().in_pipeline())
    return fail("plugin_no_role", bench.name(),
                "has no filter, view or timer; the others are tested with `senecactl serve --plugin`");
  PluginConfig config;
  config.config = options.config;
  config.match = options.match;
  auto stage = make_stage(config, {bench.library(), bench.name()}, bench.surroundings());
  if (!stage) return tl::unexpected(stage.error());
  return std::unique_ptr<PluginTrial>(new PluginTrial(bench, std::move(*stage), std::move(options)));
}

PluginTrial::PluginTrial(PluginWorkbench& bench, Stage stage, Options options)
    : bench_(bench), stage_(std::move(stage)), options_(std::move(options)), batch_(EventBatch::Limits{}) {}

Status PluginTrial::walk(std::string_view line, const std::string& subject, const std::string& fallback_id,
                         std::vector<Fate>& fates) {
  if (line.empty() || line.front() == '#') return {};
  if (const std::optional<std::string> time = tick_time(line)) {
    int64_t wall_us = 0;
    if (!parse_time(*time, 0, wall_us))
      return fail("bad_tick", subject, "\"" + *time + "\" is no time such as 2026-01-01T00:00:05Z");
    bench_.clock().set_wall_us(wall_us);
    tick(fates);
    return {};
  }
  EnvelopeOptions envelope;
  envelope.default_source = "/test";
  envelope.now_wall_us = bench_.clock().wall_us();
  envelope.fallback_id = fallback_id;
  envelope.reserved_types = true;
  Result<EventRef> event = parse_event(line, envelope);
  if (!event) return fail(event.error().code, subject, event.error().subject + ": " + event.error().message);
  walk_event(std::move(*event), fates);
  return {};
}

void PluginTrial::walk_event(EventRef event, std::vector<Fate>& fates) {
  bench_.clock().set_wall_us(event->time_us());
  const size_t first = fates.size();
  EndNoted observer;
  std::vector<StageItem> items = {{std::move(event), 0}};
  stage_.run(items, batch_, observer, bench_.clock().monotonic_us());
  if (observer.end) fates.push_back(std::move(*observer.end));
  for (StageItem& item : items) {
    const bool came_in = item.publication != StageItem::kNobody;
    fates.push_back({came_in ? Fate::Kind::pass : Fate::Kind::emit, std::move(item.event), {}, {}, {}});
  }
  add_published(fates);
  const size_t last = fates.size();
  for (size_t i = first; i < last && stage_.plugin().has_view(); ++i) {
    if (fates[i].kind != Fate::Kind::pass && fates[i].kind != Fate::Kind::emit) continue;
    for (const std::string& ui_event : options_.views) {
      Fate fate{Fate::Kind::view, fates[i].event, {}, ui_event, {}};
      const Result<bool> rendered = stage_.plugin().render(*fate.event, ui_event, fate.rendered);
      if (!rendered) fate.reason = rendered.error().message;
      fates.push_back(std::move(fate));
    }
  }
}

void PluginTrial::tick(std::vector<Fate>& fates) {
  std::vector<StageItem> items;
  due_us_ += kAnHourUs;  // later than any timer is due after the last tick
  EndNoted observer;
  stage_.tick(due_us_, bench_.clock().wall_us(), items, batch_, observer);
  for (StageItem& item : items) fates.push_back({Fate::Kind::emit, std::move(item.event), {}, {}, {}});
  add_published(fates);
}

void PluginTrial::add_published(std::vector<Fate>& fates) {
  for (EventRef& event : bench_.take_published())
    fates.push_back({Fate::Kind::publish, std::move(event), {}, {}, {}});
}

}  // namespace relay
