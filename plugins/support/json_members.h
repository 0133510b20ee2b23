#pragma once

#include <algorithm>
#include <cstddef>
#include <seneca/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "support/json_rewrite.h"

namespace plugins {

struct NewMember {
  std::string name;
  std::string json;
};

/// Whether `object` had to be changed to hold `members`; then the new one is in `out`. Members it has already
/// are replaced if `overwrite`, else left as they are. All other bytes stay. `object` is a JSON object.
/// [any-thread]
inline bool add_members(std::string_view object, const std::vector<NewMember>& members, bool overwrite,
                        std::string& out) {
  const seneca::JsonView view(object);
  std::vector<bool> present(members.size());
  bool changed = false;
  bool empty = true;
  out.clear();
  rewrite_json(view, out, [&](const JsonPlace& place, const seneca::JsonView& value) {
    const auto wanted = std::find_if(members.begin(), members.end(), [&](const NewMember& member) {
      return seneca::json_text_equals(place.raw_key, member.name);
    });
    const bool replaces = wanted != members.end() && overwrite;
    if (wanted != members.end()) present[static_cast<size_t>(wanted - members.begin())] = true;
    out += replaces ? std::string_view(wanted->json) : value.raw();
    changed |= replaces;
    empty = false;
  });
  out.pop_back();  // the closing brace
  for (size_t i = 0; i < members.size(); ++i) {
    if (present[i]) continue;
    if (!empty) out += ',';
    seneca::append_json_string(out, members[i].name);
    out += ':';
    out += members[i].json;
    empty = false;
    changed = true;
  }
  out += '}';
  return changed;
}

}  // namespace plugins
