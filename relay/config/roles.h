#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace relay {

/// One member of `security.roles`: what who has the role may do. Globs have `*` and `?`.
struct RoleConfig {
  std::string name;
  std::vector<std::string> namespaces{"*"};  ///< globs of Socket.IO namespaces
  std::vector<std::string> rooms{"*"};       ///< globs of rooms
  std::vector<std::string> types{"**"};      ///< type patterns of events that may be read
  std::vector<std::string> publish;          ///< type patterns of events that may be published
  bool admin = false;
};

/// Reads `security.roles`, a JSON object with a member for each role. Errors, with the JSON pointer of the
/// place as their subject: `bad_role`, `unknown_key`, `bad_pattern`.
[[nodiscard]] Result<std::vector<RoleConfig>> parse_roles(std::string_view json);

}  // namespace relay
