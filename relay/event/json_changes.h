#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace relay {

/// One place at which two JSON values differ: `data.agent.id`, `data["odd name"]`, `data.items[0]`, as
/// filters write it.
struct JsonChange {
  std::string place;
  std::string_view before;  ///< JSON, a part of the text compared; "" where there is nothing
  std::string_view after;
};

/// Where `after` differs from `before`, both valid JSON objects, in the order in which they have their
/// members. White space and escapes make no difference. A member with more than kMaxChanges differences
/// inside is told as one change. Pure; the time it takes grows with the length of the texts.
inline constexpr size_t kMaxChanges = 64;
[[nodiscard]] std::vector<JsonChange> json_changes(std::string_view before, std::string_view after);

/// Appends `[{"field":"data.status","old":"idle","new":"busy"},…]`; what there is not has no `old` or `new`.
void append_changes_json(std::string& out, const std::vector<JsonChange>& changes);

}  // namespace relay
