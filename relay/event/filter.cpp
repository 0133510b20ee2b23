#include "event/filter.h"

#include "event/filter_ast.h"

namespace relay {
namespace {

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

Result<Filter> Filter::parse(std::string_view expression) {
  const std::string_view text = trim(expression);
  if (text.empty()) return Filter();
  Result<FilterNode> root = parse_filter_expression(expression);
  if (!root) return tl::unexpected<Error>(std::move(root.error()));
  return Filter(text, std::make_shared<const FilterNode>(std::move(*root)));
}

Result<Filter> Filter::parse_cloudevents(std::string_view json) {
  Result<FilterNode> root = parse_cloudevents_filter(json);
  if (!root) return tl::unexpected<Error>(std::move(root.error()));
  if (root->kind == FilterNode::Kind::all && root->children.empty()) return Filter();
  return Filter(trim(json), std::make_shared<const FilterNode>(std::move(*root)));
}

bool Filter::matches(const Event& event) const { return !root_ || evaluate(*root_, event); }

}  // namespace relay
