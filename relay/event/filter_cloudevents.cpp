// The filter dialects of CloudEvents Subscriptions 1.0, compiled into the same tree as filter expressions.
#include <string>
#include <utility>

#include <seneca/json.hpp>

#include "event/envelope_kinds.h"
#include "event/filter_ast.h"
#include "event/json_check.h"

namespace relay {
namespace {

Result<FilterNode> read_dialect(const seneca::JsonView& json, const std::string& place, int depth);

tl::unexpected<Error> bad_dialect(const std::string& place, std::string message) {
  return fail("bad_filter", place, std::move(message));
}

std::string below(const std::string& place, std::string_view name) {
  return place.empty() ? std::string(name) : place + "." + std::string(name);
}

// exact, prefix and suffix compare every attribute as the text CloudEvents shows.
FilterPath text_path(std::string_view attribute) {
  FilterPath path = attribute_path(attribute);
  if (path.field == FilterField::priority) path.field = FilterField::priority_name;
  if (path.field == FilterField::time) path.field = FilterField::time_text;
  return path;
}

Result<FilterNode> read_texts(const seneca::JsonView& json, const std::string& place, FilterOperator op) {
  FilterNode node;
  node.kind = FilterNode::Kind::all;
  for (const seneca::JsonMember& member : json.members()) {
    const std::string name = member.key();
    if (!is_attribute_name(name))
      return bad_dialect(below(place, name),
                         "is no CloudEvents attribute; name one, such as type or subject");
    FilterNode comparison;
    comparison.path = text_path(name);
    comparison.op = op;
    comparison.literals.push_back(text_literal(member.value.string()));
    if (comparison.literals.front().text.empty())
      return bad_dialect(below(place, name), "must be a text that is not empty");
    node.children.push_back(std::move(comparison));
  }
  if (node.children.empty()) return bad_dialect(place, "must be an object with at least one attribute");
  return node;
}

Result<FilterNode> read_list(const seneca::JsonView& json, const std::string& place, FilterNode::Kind kind,
                             int depth) {
  FilterNode node;
  node.kind = kind;
  for (const seneca::JsonView& item : json.items()) {
    Result<FilterNode> child =
        read_dialect(item, place + "[" + std::to_string(node.children.size()) + "]", depth + 1);
    if (!child) return child;
    node.children.push_back(std::move(*child));
  }
  return node;
}

Result<FilterNode> read_not(const seneca::JsonView& json, const std::string& place, int depth) {
  Result<FilterNode> child = read_dialect(json, place, depth + 1);
  if (!child) return child;
  FilterNode node;
  node.kind = FilterNode::Kind::negation;
  node.children.push_back(std::move(*child));
  return node;
}

Result<FilterNode> read_dialect(const seneca::JsonView& json, const std::string& place, int depth) {
  if (depth > kMaxFilterDepth) return bad_dialect(place, "is nested too deeply; at most 32 levels are taken");
  if (!json.is_object() || json.size() != 1)
    return bad_dialect(place, "must be an object with one of exact, prefix, suffix, all, any, not");
  const seneca::JsonMember member = *json.members().begin();
  const std::string name = member.key();
  const std::string inner = below(place, name);
  if (name == "exact") return read_texts(member.value, inner, FilterOperator::equal);
  if (name == "prefix") return read_texts(member.value, inner, FilterOperator::starts_with);
  if (name == "suffix") return read_texts(member.value, inner, FilterOperator::ends_with);
  if (name == "not") return read_not(member.value, inner, depth);
  if (name != "all" && name != "any")
    return fail("unsupported_filter", inner,
                "this dialect is not known; use exact, prefix, suffix, all, any, not");
  if (member.value.size() == 0) return bad_dialect(inner, "must be an array with at least one filter");
  return read_list(member.value, inner, name == "all" ? FilterNode::Kind::all : FilterNode::Kind::any, depth);
}

}  // namespace

Result<FilterNode> parse_cloudevents_filter(std::string_view json) {
  if (json.size() > kMaxFilterBytes)
    return bad_dialect("", "the filter is too long; at most 4096 bytes are taken");
  size_t error_at = 0;
  if (const JsonFault fault = check_json(json, {}, JsonTolerance::strict, &error_at);
      fault != JsonFault::none)
    return bad_dialect("byte " + std::to_string(error_at), std::string(to_string(fault)));
  const seneca::JsonView view(json);
  if (view.is_array()) return read_list(view, "", FilterNode::Kind::all, 0);
  return read_dialect(view, "", 0);
}

}  // namespace relay
