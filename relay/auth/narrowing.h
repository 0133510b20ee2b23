#pragma once

#include <string>
#include <vector>

#include "auth/access.h"
#include "base/result.h"

namespace relay {

/// Lists as configurations and tokens write them.
struct GrantTexts {
  std::vector<std::string> namespaces{"*"};
  std::vector<std::string> rooms{"*"};
  std::vector<std::string> types{"**"};
  std::vector<std::string> publish{"**"};
};

/// Error `bad_pattern`.
[[nodiscard]] Result<Grant> make_grant(const GrantTexts& texts);

}  // namespace relay
