#pragma once

#include <functional>
#include <map>
#include <seneca/json.hpp>
#include <string>
#include <string_view>

#include "support/json_rewrite.h"

namespace redact {

/// Several JSON pointers as one tree, walked along with the data. Immutable.
class PointerTree {
 public:
  PointerTree() = default;
  /// `list` is an array of pointers, or nothing. Throws std::invalid_argument for what is none.
  explicit PointerTree(const seneca::JsonView& list);

  /// A pointer ends here.
  [[nodiscard]] bool is_end() const { return is_end_; }
  /// The part of the tree below a member or an element, or null.
  [[nodiscard]] const PointerTree* below(const plugins::JsonPlace& place) const;

 private:
  void add(std::string_view pointer);

  std::map<std::string, PointerTree, std::less<>> children_;  // by unescaped token
  bool is_end_ = false;
};

}  // namespace redact
