#include "cli/plugin/checks.h"

#include <malloc.h>

#include <algorithm>
#include <seneca/json.hpp>
#include <span>
#include <sstream>
#include <utility>

#include "cli/plugin/exported_symbols.h"
#include "event/serialize.h"

namespace relay {
namespace {

constexpr int64_t kTimesUs[] = {1767225600'000000, 1767225601'000000, 1767225600'500000, 0,
                                253402300799'000000};

// What the heap holds, all arenas together; 0 where that is not known, as under a sanitizer.
size_t heap_bytes() { return ::mallinfo2().uordblks; }

std::string count_of(size_t count, const std::string& noun) {
  return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

// Types that its own patterns match; without any, usual ones.
std::vector<std::string> types_for(std::string_view patterns) {
  std::vector<std::string> types;
  std::istringstream words{std::string(patterns)};
  for (std::string word; words >> word;) {
    for (size_t at = word.find('*'); at != std::string::npos; at = word.find('*'))
      word.replace(at,
                   word.find_first_not_of('*', at) == std::string::npos
                       ? std::string::npos
                       : word.find_first_not_of('*', at) - at,
                   "odd");
    types.push_back(word);
  }
  if (types.empty()) types = {"agent.status.changed"};
  return types;
}

std::string bytes_of(const Event& event) {
  std::string bytes;
  append_cloudevent_json(bytes, event, "");
  return bytes;
}

std::string reasons_text(const PluginCounters& counters) {
  std::string text;
  for (const auto& [reason, count] : counters.reasons)
    text += (text.empty() ? "" : "; ") + std::to_string(count) + " x " + reason;
  return text;
}

}  // namespace

PluginChecks::PluginChecks(PluginWorkbench& bench, std::string config,
                           std::function<void(const std::string&)> about_to)
    : bench_(bench),
      config_(std::move(config)),
      about_to_(std::move(about_to)),
      batch_(EventBatch::Limits{}) {}

std::vector<CheckResult> PluginChecks::run() {
  check_exports();
  check_schema();
  if (!check_create()) return std::move(results_);
  odd_ = make_odd_events(types_for(instance()->own_match()));
  const PluginRoles& roles = bench_.library()->roles();
  if (roles.filter != nullptr) check_odd_events();
  if (roles.timer != nullptr) check_timer();
  if (roles.view != nullptr) check_view();
  if (roles.state != nullptr) check_state();
  if (roles.filter != nullptr) check_growth();
  check_destroy();
  if (roles.session != nullptr || roles.source != nullptr || roles.sink != nullptr)
    report("sessions, sources and sinks", Outcome::skipped,
           "only their tables were looked at; run them with senecactl serve --plugin");
  return std::move(results_);
}

void PluginChecks::report(std::string name, Outcome outcome, std::string detail) {
  results_.push_back({std::move(name), outcome, std::move(detail)});
}

std::unique_ptr<PluginInstance> PluginChecks::instance() {
  auto made = bench_.make_instance(config_);
  return made ? std::move(*made) : nullptr;
}

void PluginChecks::check_exports() {
  std::vector<std::string> names = exported_symbols(&bench_.library()->table());
  std::erase(names, SENECA_PLUGIN_SYMBOL);
  if (names.empty()) return report("exports", Outcome::ok, SENECA_PLUGIN_SYMBOL " and nothing else");
  report("exports", Outcome::warning,
         count_of(names.size(), "symbol") + " besides " SENECA_PLUGIN_SYMBOL ", such as " + names.front() +
             "; build with seneca_add_plugin() or -fvisibility=hidden");
}

void PluginChecks::check_schema() {
  const std::string_view schema = bench_.library()->config_schema();
  if (schema.empty())
    return report("schema", Outcome::warning,
                  "has none, so a misspelt key goes unnoticed; give it a config_schema");
  const seneca::JsonView additional = seneca::JsonView(schema).get("additionalProperties");
  if (additional.raw() == "false") return report("schema", Outcome::ok, "refuses unknown keys");
  report("schema", Outcome::warning,
         "allows any key, so a misspelt one goes unnoticed; add \"additionalProperties\": false");
}

bool PluginChecks::check_create() {
  about_to_("create it with " + config_);
  const auto made = bench_.make_instance(config_);
  if (made)
    report("create", Outcome::ok, "takes " + config_);
  else
    report("create", Outcome::failure, made.error().message + "; give --config");
  return made.has_value();
}

void PluginChecks::process_all(PluginInstance& plugin, size_t size) {
  std::vector<EventRef> events;
  for (size_t begin = 0; begin < odd_.size(); begin += size) {
    events.clear();
    const size_t end = std::min(begin + size, odd_.size());
    for (size_t i = begin; i < end; ++i) events.push_back(odd_[i].event);
    batch_.assign(events);
    plugin.process(batch_);
  }
}

void PluginChecks::check_odd_events() {
  const auto plugin = instance();
  std::vector<std::string> before;
  for (const OddEvent& odd : odd_) before.push_back(bytes_of(*odd.event));
  for (size_t i = 0; i < odd_.size(); ++i) {
    about_to_("filter an event (" + odd_[i].name + "): " + before[i].substr(0, 300));
    batch_.assign({&odd_[i].event, 1});
    plugin->process(batch_);
    if (bytes_of(*odd_[i].event) == before[i]) continue;
    return report("odd events", Outcome::failure,
                  "it wrote into the event with " + odd_[i].name + "; change events with batch->set");
  }
  for (const size_t size : {size_t{2}, size_t{7}, size_t{64}, odd_.size()}) {
    about_to_("filter the odd events in batches of " + std::to_string(size));
    process_all(*plugin, size);
  }
  const PluginCounters& counters = plugin->counters();
  const std::string seen = count_of(counters.events, "event") + " in " + count_of(counters.calls, "call");
  if (counters.errors > 0)
    return report("odd events", Outcome::failure,
                  std::to_string(counters.errors) + " of its calls failed as a whole (" +
                      reasons_text(counters) + "); set the verdict of one event instead");
  if (counters.failed > 0)
    return report("odd events", Outcome::warning,
                  seen + ", " + std::to_string(counters.failed) + " failed: " + reasons_text(counters) +
                      "; on_error decides about such events");
  report("odd events", Outcome::ok,
         seen + ": " + std::to_string(counters.passed) + " passed, " + std::to_string(counters.dropped) +
             " dropped, " + std::to_string(counters.rejected) + " rejected, " +
             std::to_string(counters.emitted) + " emitted");
}

void PluginChecks::check_timer() {
  const auto plugin = instance();
  size_t emitted = 0;
  for (const int64_t now_us : kTimesUs) {
    about_to_("run its timer at " + format_rfc3339(now_us));
    bench_.clock().set_wall_us(now_us);
    plugin->tick(now_us, batch_);
    emitted += batch_.emitted().size();
    if (plugin->has_filter()) process_all(*plugin, 64);
  }
  if (plugin->counters().errors > 0)
    return report("timer", Outcome::failure, "it failed when the clock stood still, went back or leapt");
  report("timer", Outcome::ok,
         "bears a clock that goes back and leaps; " + count_of(emitted, "event") + " emitted");
}

void PluginChecks::check_view() {
  const auto plugin = instance();
  size_t rendered = 0;
  for (const OddEvent& odd : odd_) {
    for (const std::string& ui_event : {std::string("agent_update"), std::string(), std::string(1000, 'x')}) {
      about_to_("render an event (" + odd.name + ") for \"" + ui_event.substr(0, 20) + '"');
      std::string payload;
      const Result<bool> made = plugin->render(*odd.event, ui_event, payload);
      if (!made)
        return report("view", Outcome::failure,
                      made.error().message + " (of an event with " + odd.name + ")");
      rendered += *made ? 1 : 0;
    }
  }
  report("view", Outcome::ok, count_of(rendered, "payload") + ", all valid JSON");
}

void PluginChecks::check_state() {
  const auto old = instance();
  if (old->has_filter()) process_all(*old, 64);
  about_to_("hand its state over to a second instance");
  const auto next = instance();
  if (const Status adopted = next->adopt_state(*old); !adopted)
    return report("state", Outcome::failure, adopted.error().message);
  const seneca_state& role = *bench_.library()->roles().state;
  for (const std::string_view garbage : {"", "{", "[[[[", "null", "\x7f garbage \x01"}) {
    about_to_("load the state \"" + std::string(garbage) + '"');
    seneca_error error{};
    const auto third = instance();
    (void)contained(error, [&] { return role.load(third->self(), to_str(garbage), &error); });
  }
  report("state", Outcome::ok, "is handed over, and garbage does no harm");
}

void PluginChecks::check_growth() {
  constexpr int kWarmUp = 50, kRounds = 200;
  const auto plugin = instance();
  about_to_("filter the odd events " + std::to_string(kWarmUp + kRounds) + " times");
  for (int i = 0; i < kWarmUp; ++i) process_all(*plugin, 64);
  (void)bench_.take_published();
  const size_t before = heap_bytes();
  if (before == 0) return report("memory", Outcome::skipped, "cannot be measured under a sanitizer");
  for (int i = 0; i < kRounds; ++i) {
    process_all(*plugin, 64);
    (void)bench_.take_published();
  }
  const size_t after = heap_bytes();
  const size_t growth = after > before ? after - before : 0;
  const size_t events = kRounds * odd_.size();
  if (growth < events / 8)
    return report("memory", Outcome::ok, "does not grow over " + count_of(events, "event"));
  report("memory", Outcome::warning,
         "grew by " + std::to_string(growth) + " bytes over " + count_of(events, "event") +
             ", the same ones again and again: a leak, or a store that still fills up");
}

void PluginChecks::check_destroy() {
  constexpr int kWarmUp = 10, kRounds = 30;
  about_to_("create and destroy it " + std::to_string(kWarmUp + 2 * kRounds) + " times, two at a time");
  const auto round = [this] {
    const auto first = instance();
    auto second = instance();
    if (first->has_filter()) process_all(*first, 64);
    second.reset();
    if (first->has_filter()) process_all(*first, 64);
    (void)bench_.take_published();
  };
  for (int i = 0; i < kWarmUp; ++i) round();
  if (heap_bytes() == 0)
    return report("destroy", Outcome::skipped, "leaks cannot be measured under a sanitizer");
  // Twice, as a leak goes on and what a library keeps for the next time does not.
  size_t leaked = SIZE_MAX;
  for (int half = 0; half < 2; ++half) {
    const size_t before = heap_bytes();
    for (int i = 0; i < kRounds; ++i) round();
    const size_t after = heap_bytes();
    leaked = std::min(leaked, after > before ? (after - before) / kRounds : 0);
  }
  if (leaked < 16) return report("destroy", Outcome::ok, "leaves nothing behind");
  report("destroy", Outcome::failure,
         "leaves " + std::to_string(leaked) + " bytes behind each time; free in destroy what create made");
}

}  // namespace relay
