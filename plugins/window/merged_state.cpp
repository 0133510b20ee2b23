#include "window/merged_state.h"

#include <algorithm>

namespace window {
namespace {

constexpr int kMaxLevels = 62;  // of a member: the relay takes 64, and the state is in an object in an object

int levels(std::string_view json) {
  int depth = 0;
  int deepest = 0;
  for (size_t at = 0; at < json.size();) {
    if (json[at] == '"') {
      at = seneca::detail::skip_string(json, at);
      continue;
    }
    if (json[at] == '{' || json[at] == '[') deepest = std::max(deepest, ++depth);
    if (json[at] == '}' || json[at] == ']') --depth;
    ++at;
  }
  return deepest;
}

}  // namespace

bool MergedState::take(const seneca::JsonView& data) {
  ++events_;
  bool changed = false;
  for (const seneca::JsonMember& member : data.members())
    changed |= member.value.is_null() ? remove(member.key()) : set(member.key(), member.value.raw());
  return changed;
}

bool MergedState::set(const std::string& name, std::string_view json) {
  const auto known = members_.find(name);
  if (known != members_.end() && known->second == json) return false;
  const size_t others = bytes_ - (known == members_.end() ? 0 : name.size() + known->second.size());
  if (others + name.size() + json.size() > max_bytes_ || levels(json) > kMaxLevels) {
    const bool told = truncated_;
    truncated_ = true;
    return remove(name) || !told;  // rather no value than an old one
  }
  bytes_ = others + name.size() + json.size();
  members_.insert_or_assign(name, std::string(json));
  return true;
}

bool MergedState::remove(const std::string& name) {
  const auto known = members_.find(name);
  if (known == members_.end()) return false;
  bytes_ -= name.size() + known->second.size();
  members_.erase(known);
  return true;
}

void MergedState::append_members(std::string& out) const {
  out += "\"events\":" + std::to_string(events_) + ",\"state\":{";
  bool first = true;
  for (const auto& [name, json] : members_) {
    if (!first) out += ',';
    first = false;
    seneca::append_json_string(out, name);
    out += ':';
    out += json;
  }
  out += '}';
  if (truncated_) out += ",\"truncated\":true";
}

void MergedState::restore(const seneca::JsonView& saved) {
  take(saved.get("state"));
  events_ = saved.get("events").integer();
  truncated_ |= saved.get("truncated").boolean();
}

}  // namespace window
