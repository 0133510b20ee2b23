#include "pipeline/shadow.h"

#include <string_view>
#include <utility>

#include "pipeline/step.h"

namespace relay {
namespace {

constexpr int64_t kTellUs = 60'000'000;

// The names of what is not the same, "" when all is.
std::string differing(const EventFields& a, const EventFields& b) {
  std::string names;
  const auto add = [&names](std::string_view name) {
    names += names.empty() ? "" : ", ";
    names += name;
  };
  for (const TextField& text : kTextFields)
    if (a.*text.ours != b.*text.ours) add(text.name);
  if (a.time_us != b.time_us) add("time");
  if (abi_priority(a) != abi_priority(b)) add("priority");
  return names;
}

bool same_emissions(std::span<const EventBatch::Emitted> a, std::span<const EventBatch::Emitted> b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (!differing(a[i].event->fields(), b[i].event->fields()).empty()) return false;
  return true;
}

EventBatch::Limits batch_limits(const FieldLimits& fields) {
  EventBatch::Limits limits;
  limits.fields = fields;
  return limits;
}

}  // namespace

Shadow::Shadow(Logger& logger, const FieldLimits& limits) : logger_(logger), batch_(batch_limits(limits)) {}

Result<std::unique_ptr<Shadow>> Shadow::create(std::shared_ptr<PluginLibrary> library,
                                               const std::string& name, const std::string& config,
                                               const PluginInstance::Surroundings& surroundings) {
  std::unique_ptr<Shadow> shadow(new Shadow(surroundings.logger, surroundings.limits));
  auto candidate = PluginInstance::create(
      std::move(library), name + ".shadow", config,
      {surroundings.logger, surroundings.clock, shadow->services_, surroundings.limits});
  if (!candidate) return tl::unexpected(candidate.error());
  if (!(*candidate)->has_filter())
    return fail("plugin_no_filter", "plugins/" + name + "/shadow",
                "is no filter, and only what filters make of events is compared");
  shadow->candidate_ = std::move(*candidate);
  return shadow;
}

void Shadow::take_over(PluginInstance& current) {
  if (candidate_->library().id() != current.library().id()) return;
  if (const Status adopted = candidate_->adopt_state(current); !adopted)
    logger_.warn("pipeline", adopted.error().to_string());
}

std::string Shadow::run(std::span<const Event* const> events, const EventBatch& current, uint64_t spent_us,
                        int budget_ms, int64_t monotonic_us) {
  const PluginCounters& mine = candidate_->counters();
  const uint64_t errors = mine.errors, time_us = mine.time_us, ends = process_ends();
  batch_.assign(events);
  candidate_->process(batch_);
  counters_.events += events.size();
  counters_.current_us += spent_us;
  const bool untouched = batch_.untouched() && current.untouched();
  for (uint32_t i = 0; i < batch_.size() && !untouched; ++i) compare(i, current, monotonic_us);
  const bool slow = budget_ms != 0 && mine.time_us - time_us > static_cast<uint64_t>(budget_ms) * 1000;
  const bool died = process_ends() != ends;
  if (mine.errors == errors && !slow && !died) {
    failures_ = 0;
    return {};
  }
  if (++failures_ < kFailures) return {};
  std::string how(batch_.reason(0));
  if (slow) how = "longer than budget_ms";
  if (died) how = candidate_->process_report()->last_end;
  why_ = "it failed or took too long " + std::to_string(kFailures) + " times in a row, at last: " + how +
         "; it is left alone until it is reloaded";
  return why_;
}

uint64_t Shadow::process_ends() const {
  const ProcessReport* process = candidate_->process_report();
  return process == nullptr ? 0 : process->ends;
}

void Shadow::compare(uint32_t i, const EventBatch& current, int64_t monotonic_us) {
  std::string what;
  if (const Verdict ours = batch_.verdict(i), theirs = current.verdict(i); ours != theirs) {
    ++counters_.verdicts;
    what = std::string(to_string(ours)) + " instead of " + std::string(to_string(theirs));
    if (ours != Verdict::pass) what += " (" + std::string(batch_.reason(i)) + ")";
  } else if (ours == Verdict::pass && (batch_.changed(i) || current.changed(i))) {
    what = differing(batch_.event(i).fields(), current.event(i).fields());
    if (!what.empty()) {
      ++counters_.fields;
      what = "other " + what;
    }
  }
  if (!same_emissions(batch_.emitted_after(i), current.emitted_after(i))) {
    ++counters_.emissions;
    what += what.empty() ? "other emissions" : ", and other emissions";
  }
  if (what.empty()) return;
  ++counters_.different;
  if (told_us_ && monotonic_us - *told_us_ < kTellUs) return;
  told_us_ = monotonic_us;
  const Event& event = current.event(i);
  logger_.info(name(), "event " + std::string(event.id()) + " of type " + std::string(event.type()) + ": " +
                           what + " (told once a minute, the rest is counted)");
}

ShadowReport Shadow::report() const {
  const auto ns_per_event = [this](uint64_t us) {
    return counters_.events == 0 ? 0 : us * 1000 / counters_.events;
  };
  ShadowReport report;
  report.version = candidate_->library().version();
  report.path = candidate_->library().path().string();
  report.why = why_;
  report.events = counters_.events;
  report.different = counters_.different;
  report.verdicts = counters_.verdicts;
  report.fields = counters_.fields;
  report.emissions = counters_.emissions;
  report.errors = candidate_->counters().errors;
  report.published = services_.refused;
  report.ns_per_event = ns_per_event(candidate_->counters().time_us);
  report.current_ns_per_event = ns_per_event(counters_.current_us);
  return report;
}

}  // namespace relay
