#include "meaning.h"

#include <seneca/plugin.h>

#include <algorithm>
#include <array>

#include "record_map.h"

namespace marcus {
namespace {

constexpr size_t kMaxIdBytes = 200;
constexpr int kIdDepth = 2;  // "details" > "arguments" > "agent_id"

bool is_usable_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdBytes &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::string id_in(seneca::JsonView value) {
  std::string id = value.is_number() ? std::string(value.raw()) : value.string();
  return is_usable_id(id) ? id : std::string();
}

void take_id(const seneca::JsonMember& member, Meaning& meaning) {
  if (meaning.agent_id.empty() && (member.is("agent_id") || member.is("worker_id"))) {
    meaning.agent_id = id_in(member.value);
  } else if (meaning.task_id.empty() && member.is("task_id")) {
    meaning.task_id = id_in(member.value);
  } else if (meaning.task_id.empty() && member.is("task")) {
    meaning.task_id = id_in(member.value.get("id"));
  } else if (meaning.project_id.empty() && (member.is("project_id") || member.is("new_project_id"))) {
    meaning.project_id = id_in(member.value);
  }
}

/// The objects inside records that tell what these are about.
bool tells_ids(const seneca::JsonMember& member) {
  constexpr std::array<std::string_view, 7> kKeys{"metadata",         "context",   "details", "data",
                                                  "decision_factors", "arguments", "response"};
  return member.value.is_object() &&
         std::any_of(kKeys.begin(), kKeys.end(), [&](std::string_view key) { return member.is(key); });
}

/// Outer members count more than inner ones.
void take_ids(seneca::JsonView object, int depth, Meaning& meaning) {
  for (const seneca::JsonMember& member : object.members()) take_id(member, meaning);
  if (depth == 0) return;
  for (const seneca::JsonMember& member : object.members())
    if (tells_ids(member)) take_ids(member.value, depth - 1, meaning);
}

/// "agent_status_changed" → "agent.status.changed"; "" for a name that is not of that form.
std::string dotted(std::string_view name) {
  constexpr int kMaxDots = 2;
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (name.find('_') == std::string_view::npos || name.front() == '_' || name.back() == '_') return {};
  if (name.size() > kMaxIdBytes || !std::all_of(name.begin(), name.end(), is_part)) return {};
  if (name.find("__") != std::string_view::npos) return {};
  std::string topic(name);
  int dots = 0;
  for (char& c : topic)
    if (c == '_' && dots++ < kMaxDots) c = '.';
  return topic;
}

void name_topic(const Record& record, std::string_view raw_type, Meaning& meaning) {
  const bool is_log_text = record.source == Source::conversations || record.source == Source::decisions;
  if (!is_log_text) meaning.topic = dotted(record.name);
  meaning.priority = meaning.topic.empty() ? SENECA_PRIORITY_LOW : SENECA_PRIORITY_NORMAL;
  if (meaning.topic.empty()) meaning.topic = raw_type;
}

}  // namespace

seneca::JsonView find_value(seneca::JsonView data, std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths) {
    const seneca::JsonView value = data.pointer(path);
    if (value && !value.is_null()) return value;
  }
  return {};
}

std::string find_id(seneca::JsonView data, std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths) {
    std::string id = id_in(data.pointer(path));
    if (!id.empty()) return id;
  }
  return {};
}

Meaning read_meaning(const Record& record, const Rule* rule, std::string_view raw_type) {
  Meaning meaning;
  take_ids(record.data, kIdDepth, meaning);
  if (meaning.agent_id.empty() && is_usable_id(record.agent)) meaning.agent_id = record.agent;
  if (rule == nullptr) {
    name_topic(record, raw_type, meaning);
    return meaning;
  }
  meaning.topic = rule->topic;
  meaning.priority = rule->priority;
  if (rule->refine != nullptr) rule->refine(record, meaning);
  return meaning;
}

}  // namespace marcus
