#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "auth/api_keys.h"
#include "auth/identity.h"
#include "auth/key_ring.h"
#include "base/result.h"
#include "config/config.h"
#include "config/roles.h"

namespace relay {

class Authenticator;
/// Null: nothing is configured, and nobody is asked.
using AuthenticatorRef = std::shared_ptr<const Authenticator>;

/// Who may come in, and as whom: keys, API keys and roles of one configuration. Immutable; a reload makes
/// another, and those who have this one keep it. [any-thread]
class Authenticator {
 public:
  /// Reads the files that the configuration names. Null when it asks nobody. Errors: those of KeyRing and
  /// ApiKeys, `unknown_role`, `bad_role`; their subject begins with the configuration's key.
  [[nodiscard]] static Result<AuthenticatorRef> make(const SecurityConfig& config);

  /// `token` is a JWT, an API key, or "" when none was brought. Errors, all with a stable code and the
  /// subject "token": `token_missing`, `token_unknown` (an API key), and those of verify_jwt.
  [[nodiscard]] Result<IdentityRef> identify(std::string_view token, int64_t now_wall_us) const;

  /// False once what vouched for it is configured no longer.
  [[nodiscard]] bool still_vouches(const Identity& identity) const;
  /// Wall clock: when a session of `identity` that begins now has to end; INT64_MAX: never.
  [[nodiscard]] int64_t session_end_us(const Identity& identity, int64_t now_wall_us) const;
  /// The cookie that may hold a token; "": none.
  [[nodiscard]] const std::string& cookie() const { return cookie_; }

 private:
  Authenticator() = default;
  Status add_roles(const std::string& text);
  [[nodiscard]] AccessRef access_of(const std::vector<std::string>& roles, std::optional<Grant> limit) const;

  struct Role {
    Grant grant;
    bool admin = false;
  };
  KeyRing keys_;
  ApiKeys api_keys_;
  std::map<std::string, Role, std::less<>> roles_;
  std::set<std::string, std::less<>> credentials_;  // of all keys: what an identity may be vouched for by
  IdentityRef anonymous_;                           // null: they are refused
  int64_t leeway_us_ = 0;
  int64_t session_us_ = 0;
  std::string cookie_;
};

}  // namespace relay
