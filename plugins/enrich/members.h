#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace enrich {

struct Member {
  std::string name;
  std::string json;
};

/// Whether `object` had to be changed to hold `members`; then the new one is in `out`. Members it has already
/// are replaced if `overwrite`, else left as they are. All other bytes stay. `object` is a JSON object.
bool add_members(std::string_view object, const std::vector<Member>& members, bool overwrite,
                 std::string& out);

}  // namespace enrich
