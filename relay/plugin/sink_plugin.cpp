#include "plugin/sink_plugin.h"

#include <algorithm>

#include "plugin/event_fields.h"

namespace relay {
namespace {

SinkPlugin::Outcome outcome_of(int32_t code, uint32_t taken, const seneca_error& error) {
  if (code == SENECA_OK) return {taken, SinkPlugin::Outcome::Then::done, {}};
  const auto then =
      code == SENECA_E_FULL ? SinkPlugin::Outcome::Then::again : SinkPlugin::Outcome::Then::refused;
  return {taken, then, text_of(error)};
}

}  // namespace

SinkPlugin::Outcome SinkPlugin::deliver(std::span<const EventRef> events) {
  seen_.resize(events.size());
  pointers_.resize(events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    to_abi(*events[i], seen_[i]);
    // Routes have decided by now.
    seen_[i].priority = SENECA_PRIORITY_CRITICAL + static_cast<int32_t>(events[i]->priority());
    pointers_[i] = &seen_[i];
  }
  const auto count = static_cast<uint32_t>(events.size());
  uint32_t taken = 0;
  seneca_error error{};
  const int32_t code = plugin_->call(
      error, [&] { return role().deliver(plugin_->self(), pointers_.data(), count, &taken, &error); });
  if (code != SENECA_OK) plugin_->count_error();
  return outcome_of(code, code == SENECA_OK ? count : std::min(taken, count), error);
}

SinkPlugin::Outcome SinkPlugin::flush() {
  if (!SENECA_HAS(&role(), flush)) return {};
  seneca_error error{};
  const int32_t code = plugin_->call(error, [&] { return role().flush(plugin_->self(), &error); });
  if (code != SENECA_OK) plugin_->count_error();
  return outcome_of(code, 0, error);
}

}  // namespace relay
