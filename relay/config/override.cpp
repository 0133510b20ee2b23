#include "config/override.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

#include "base/utf8.h"
#include "event/json_check.h"

namespace relay {

namespace {

void mark_overridden(JsonNode& node) {
  node.overridden = true;
  for (JsonNode& item : node.items) mark_overridden(item);
  for (JsonMember& member : node.members) mark_overridden(member.value);
}

JsonNode parse_override_value(std::string_view text) {
  JsonSource source = parse_json_source(text, "");
  if (!source.problems.empty()) {
    source.root = {};
    source.root.kind = JsonNode::Kind::string;
    source.root.text = std::string(text);
  }
  mark_overridden(source.root);
  return std::move(source.root);
}

JsonNode* member_of(JsonNode& object, std::string_view name) {
  const auto found = std::find_if(object.members.begin(), object.members.end(),
                                  [name](const JsonMember& member) { return member.name == name; });
  if (found != object.members.end()) return &found->value;
  JsonMember& member = object.members.emplace_back();
  member.name = std::string(name);
  member.value.kind = JsonNode::Kind::object;
  member.value.overridden = true;
  return &member.value;
}

JsonNode* item_of(JsonNode& array, std::string_view index_text) {
  size_t index = 0;
  const char* const last = index_text.data() + index_text.size();
  const auto [end, error] = std::from_chars(index_text.data(), last, index);
  return error == std::errc() && end == last && index < array.items.size() ? &array.items[index] : nullptr;
}

/// One step down; null when `node` holds no such thing.
JsonNode* step(JsonNode& node, std::string_view name) {
  if (node.kind == JsonNode::Kind::object) return member_of(node, name);
  if (node.kind == JsonNode::Kind::array) return item_of(node, name);
  return nullptr;
}

}  // namespace

Status apply_override(JsonNode& root, std::string_view assignment) {
  const auto bad = [](std::string message) { return fail("bad_override", "", std::move(message)); };
  if (valid_utf8_prefix(assignment) < assignment.size()) return bad("the override is not UTF-8");
  const std::string shown = "\"" + std::string(assignment) + "\"";
  const size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    return bad(shown + " has no \"=\"; write KEY=VALUE, as in server.ping_interval=10");
  }
  std::string_view path = assignment.substr(0, equals);
  if (std::count(path.begin(), path.end(), '.') >= kMaxJsonDepth) return bad(shown + " has too many levels");
  JsonNode* node = &root;
  while (node != nullptr) {
    const size_t dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    if (name.empty())
      return bad(shown + " has an empty name; write KEY=VALUE, as in server.ping_interval=10");
    node = step(*node, name);
    if (node == nullptr) return bad(shown + ": there is nothing to set at \"" + std::string(name) + "\"");
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  *node = parse_override_value(assignment.substr(equals + 1));
  return {};
}

}  // namespace relay
