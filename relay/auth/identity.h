#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "auth/access.h"

namespace relay {

/// Who somebody is, as a token or an API key says, and what they may do. Immutable. [any-thread]
struct Identity {
  std::string subject;  ///< "" when nobody was named
  std::vector<std::string> roles;
  int64_t expires_us = std::numeric_limits<int64_t>::max();  ///< wall clock; the end of what vouches for it
  AccessRef access;                                          ///< never null
  bool anonymous = false;                                    ///< brought nothing
  std::string credential;  ///< what vouches for it, by a digest of the key: gone when that is
};

/// Null: the relay asks nobody, and everybody may do everything.
using IdentityRef = std::shared_ptr<const Identity>;

}  // namespace relay
