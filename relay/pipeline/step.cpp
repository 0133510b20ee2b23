#include "pipeline/step.h"

#include <array>
#include <seneca/json.hpp>
#include <utility>

#include "event/json_changes.h"
#include "event/serialize.h"

namespace relay {
namespace {

std::string event_json(const Event& event) {
  std::string json;
  append_cloudevent_json(json, event, "");
  return json;
}

void begin(std::string& out, std::string_view plugin, std::string_view verdict, std::string_view reason) {
  out += "{\"plugin\":";
  seneca::append_json_string(out, plugin);
  out.append(",\"verdict\":\"").append(verdict).append("\"");
  if (reason.empty()) return;
  out += ",\"reason\":";
  seneca::append_json_string(out, reason);
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  static constexpr std::array<std::string_view, 4> kNames = {"pass", "drop", "reject", "fail"};
  return kNames[static_cast<size_t>(verdict)];
}

void append_step_json(std::string& out, std::string_view plugin, const Event& event, uint32_t i,
                      const EventBatch& batch) {
  const bool passed = batch.verdict(i) == Verdict::pass;
  const std::string before = event_json(event);
  begin(out, plugin, to_string(batch.verdict(i)), passed ? std::string_view() : batch.reason(i));
  out.append(",\"event\":").append(before).append(",\"changes\":");
  if (passed && batch.changed(i)) {
    const std::string after = event_json(*batch.changed(i));
    append_changes_json(out, json_changes(before, after));
  } else {
    out += "[]";
  }
  out += ",\"emitted\":[";
  bool first = true;
  for (const EventBatch::Emitted& emitted : batch.emitted_after(i)) {
    if (!std::exchange(first, false)) out += ',';
    append_cloudevent_json(out, *emitted.event, "");
  }
  out += "]}";
}

void append_unasked_json(std::string& out, std::string_view plugin, const Event& event,
                         std::string_view reason) {
  begin(out, plugin, "unasked", reason);
  out.append(",\"event\":").append(event_json(event)).append(",\"changes\":[],\"emitted\":[]}");
}

void append_tick_json(std::string& out, std::string_view plugin, std::span<const EventRef> emitted) {
  begin(out, plugin, "tick", "");
  out += ",\"changes\":[],\"emitted\":[";
  for (const EventRef& event : emitted) {
    if (&event != emitted.data()) out += ',';
    append_cloudevent_json(out, *event, "");
  }
  out += "]}";
}

}  // namespace relay
