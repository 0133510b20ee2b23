#include "event/json_changes.h"

#include <algorithm>
#include <iterator>
#include <seneca/json.hpp>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace relay {
namespace {

using seneca::JsonMember;
using seneca::JsonView;
using Changes = std::vector<JsonChange>;

bool is_name(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string member_place(const std::string& object, std::string_view raw_key) {
  if (!is_name(raw_key)) return object + "[\"" + std::string(raw_key) + "\"]";
  return object.empty() ? std::string(raw_key) : object + '.' + std::string(raw_key);
}

void compare(const std::string& place, const JsonView& before, const JsonView& after, Changes& changes);

// By a table and not by `get`: an object may have thousands of members.
void compare_objects(const std::string& place, const JsonView& before, const JsonView& after,
                     Changes& changes) {
  std::unordered_map<std::string_view, JsonView> later;
  for (const JsonMember& member : after.members()) later.emplace(member.raw_key, member.value);
  std::unordered_set<std::string_view> seen;
  for (const JsonMember& member : before.members()) {
    if (!seen.insert(member.raw_key).second) continue;  // of equal keys the first counts
    const auto found = later.find(member.raw_key);
    compare(member_place(place, member.raw_key), member.value,
            found == later.end() ? JsonView() : found->second, changes);
  }
  for (const JsonMember& member : after.members())
    if (seen.insert(member.raw_key).second)
      compare(member_place(place, member.raw_key), JsonView(), member.value, changes);
}

void compare_arrays(const std::string& place, const JsonView& before, const JsonView& after,
                    Changes& changes) {
  const auto old_items = before.items(), new_items = after.items();
  auto old_item = old_items.begin(), new_item = new_items.begin();
  const auto end = old_items.end();
  for (size_t i = 0; old_item != end || new_item != end; ++i) {
    const JsonView a = old_item != end ? *old_item : JsonView();
    const JsonView b = new_item != end ? *new_item : JsonView();
    compare(place + '[' + std::to_string(i) + ']', a, b, changes);
    if (old_item != end) ++old_item;
    if (new_item != end) ++new_item;
  }
}

void compare(const std::string& place, const JsonView& before, const JsonView& after, Changes& changes) {
  if (before.raw() == after.raw()) return;
  Changes inside;
  if (before.is_object() && after.is_object()) {
    compare_objects(place, before, after, inside);
  } else if (before.is_array() && after.is_array()) {
    compare_arrays(place, before, after, inside);
  } else if (!before.is_string() || !after.is_string() || before.string() != after.string()) {
    changes.push_back({place, before.raw(), after.raw()});
    return;
  }
  if (inside.size() > kMaxChanges)
    changes.push_back({place, before.raw(), after.raw()});
  else
    std::move(inside.begin(), inside.end(), std::back_inserter(changes));
}

}  // namespace

std::vector<JsonChange> json_changes(std::string_view before, std::string_view after) {
  Changes changes;
  compare_objects("", JsonView(before), JsonView(after), changes);
  return changes;
}

void append_changes_json(std::string& out, const std::vector<JsonChange>& changes) {
  out += '[';
  for (const JsonChange& change : changes) {
    out += &change == &changes.front() ? "{\"field\":" : ",{\"field\":";
    seneca::append_json_string(out, change.place);
    if (!change.before.empty()) out.append(",\"old\":").append(change.before);
    if (!change.after.empty()) out.append(",\"new\":").append(change.after);
    out += '}';
  }
  out += ']';
}

}  // namespace relay
