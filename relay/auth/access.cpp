#include "auth/access.h"

#include <algorithm>
#include <seneca/json.hpp>
#include <utility>

#include "event/glob.h"

namespace relay {
namespace {

constexpr std::string_view kReserved = "seneca.";

bool fits(const std::vector<std::string>& globs, std::string_view text) {
  return std::any_of(globs.begin(), globs.end(),
                     [text](const std::string& glob) { return glob_matches(glob, text); });
}

bool fits(const std::vector<Pattern>& patterns, std::string_view type) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [type](const Pattern& pattern) { return pattern.matches(type); });
}

bool has_all(const std::vector<std::string>& globs) {
  return std::find(globs.begin(), globs.end(), "*") != globs.end();
}

bool has_all(const std::vector<Pattern>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [](const Pattern& pattern) { return pattern.text() == "**"; });
}

bool is_everywhere(const Grant& grant) { return has_all(grant.rooms) && has_all(grant.namespaces); }

bool fits(const Grant& grant, const Place& place) {
  return fits(grant.namespaces, place.namespace_) && fits(grant.rooms, place.room);
}

std::vector<std::string> texts_of(const std::vector<Pattern>& patterns) {
  std::vector<std::string> texts;
  for (const Pattern& pattern : patterns) texts.push_back(pattern.text());
  return texts;
}

void append_list(std::string& json, std::string_view name, std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  json += json.back() == '{' ? "\"" : ",\"";
  json += name;
  json += "\":[";
  for (const std::string& text : texts) {
    if (json.back() != '[') json += ',';
    seneca::append_json_string(json, text);
  }
  json += ']';
}

std::string sight_of(const Grant& grant) {
  std::string json = "{";
  append_list(json, "namespaces", grant.namespaces);
  append_list(json, "rooms", grant.rooms);
  append_list(json, "types", texts_of(grant.types));
  return json += '}';
}

std::string describe(const Grant& grant) {
  std::string json = sight_of(grant);
  json.pop_back();
  append_list(json, "publish", texts_of(grant.publish));
  return json += '}';
}

template <class Describe>
std::string list_of(const std::vector<Grant>& grants, Describe describe) {
  std::vector<std::string> texts;
  for (const Grant& grant : grants) texts.push_back(describe(grant));
  std::sort(texts.begin(), texts.end());
  std::string json = "[";
  for (const std::string& text : texts) json += (json.size() > 1 ? "," : "") + text;
  return json += ']';
}

}  // namespace

Access::Access(std::vector<Grant> grants, std::optional<Grant> limit, bool admin)
    : grants_(std::move(grants)), limit_(std::move(limit)), admin_(admin) {
  sees_everything_ = any([](const Grant& each) { return is_everywhere(each) && has_all(each.types); });
  sight_ = list_of(grants_, sight_of);
  if (limit_) sight_ += sight_of(*limit_);
}

template <class Allows>
bool Access::any(Allows allows) const {
  return (!limit_ || allows(*limit_)) && std::any_of(grants_.begin(), grants_.end(), allows);
}

bool Access::may_enter(std::string_view namespace_) const {
  return any([namespace_](const Grant& each) { return fits(each.namespaces, namespace_); });
}

bool Access::may_join(const Place& place) const {
  return any([&place](const Grant& each) { return fits(each, place); });
}

bool Access::may_read() const {
  return any([](const Grant& each) { return !each.types.empty() && !each.rooms.empty(); });
}

bool Access::may_read(std::string_view type) const {
  return any([type](const Grant& each) { return fits(each.types, type); });
}

bool Access::may_see(std::string_view type, std::span<const Place> places) const {
  if (sees_everything_) return true;
  if (any([type](const Grant& each) { return is_everywhere(each) && fits(each.types, type); })) return true;
  return std::any_of(places.begin(), places.end(), [&](const Place& place) {
    return any([&](const Grant& each) { return fits(each.types, type) && fits(each, place); });
  });
}

bool Access::may_publish() const {
  return any([](const Grant& each) { return !each.publish.empty(); });
}

bool Access::may_publish(std::string_view type, std::string_view room) const {
  if (type.starts_with(kReserved) && !admin_) return false;
  return any([type, room](const Grant& each) {
    return fits(each.publish, type) && (room.empty() || fits(each.rooms, room));
  });
}

std::string Access::to_json() const {
  std::string json = admin_ ? R"({"admin":true,"grants":)" : R"({"admin":false,"grants":)";
  json += list_of(grants_, describe);
  if (limit_) json += ",\"limit\":" + describe(*limit_);
  return json += '}';
}

}  // namespace relay
