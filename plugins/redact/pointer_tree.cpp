#include "redact/pointer_tree.h"

#include <algorithm>
#include <stdexcept>

namespace redact {

PointerTree::PointerTree(const seneca::JsonView& list) {
  for (const seneca::JsonView& pointer : list.items()) add(pointer.string());
}

void PointerTree::add(std::string_view pointer) {
  PointerTree* at = this;
  for (std::string_view rest = pointer; !rest.empty();) {
    if (rest.front() != '/')
      throw std::invalid_argument(
          "\"" + std::string(pointer) +
          "\" is no JSON pointer; write a slash in front of each step, as in /user/token");
    const size_t end = std::min(rest.find('/', 1), rest.size());
    at = &at->children_[seneca::detail::pointer_token(rest.substr(1, end - 1))];
    rest.remove_prefix(end);
  }
  at->is_end_ = true;
}

const PointerTree* PointerTree::below(const plugins::JsonPlace& place) const {
  if (children_.empty()) return nullptr;
  std::string token;
  if (place.is_member)
    seneca::append_unescaped(token, place.raw_key);
  else
    token = std::to_string(place.index);
  const auto child = children_.find(token);
  return child == children_.end() ? nullptr : &child->second;
}

}  // namespace redact
