#include "auth/authenticator.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "auth/jwt.h"
#include "auth/narrowing.h"

namespace relay {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

bool asks_anybody(const AuthenticationConfig& config) {
  return config.required || !config.keys.empty() || !config.api_keys.empty() ||
         !config.anonymous_role.empty();
}

}  // namespace

Result<AuthenticatorRef> Authenticator::make(const SecurityConfig& config) {
  const AuthenticationConfig& wanted = config.authentication;
  if (!asks_anybody(wanted)) return AuthenticatorRef();
  auto made = std::shared_ptr<Authenticator>(new Authenticator());
  if (Status roles = made->add_roles(config.roles); !roles) return tl::unexpected<Error>(roles.error());
  Result<KeyRing> keys = KeyRing::load(wanted.keys);
  if (!keys) return tl::unexpected<Error>(keys.error());
  made->keys_ = std::move(*keys);
  if (!wanted.api_keys.empty()) {
    Result<ApiKeys> api_keys = ApiKeys::load(wanted.api_keys);
    if (!api_keys)
      return fail(api_keys.error().code,
                  "/security/authentication/api_keys (" + api_keys.error().subject + ")",
                  api_keys.error().message);
    made->api_keys_ = std::move(*api_keys);
  }
  for (const ApiKeys::Entry& entry : made->api_keys_.entries())
    for (const std::string& role : entry.roles)
      if (made->roles_.find(role) == made->roles_.end())
        return fail("unknown_role", "/security/authentication/api_keys (" + wanted.api_keys + ")",
                    "the key " + entry.id + " has the role " + role + ", which security.roles does not have");
  for (const TokenKey& key : made->keys_.keys()) made->credentials_.insert(key.digest());
  for (const ApiKeys::Entry& entry : made->api_keys_.entries())
    made->credentials_.insert(to_hex(entry.sha256));
  if (!wanted.anonymous_role.empty() && !wanted.required) {
    auto anonymous = std::make_shared<Identity>();
    anonymous->roles = {wanted.anonymous_role};
    anonymous->access = made->access_of(anonymous->roles, std::nullopt);
    anonymous->anonymous = true;
    made->anonymous_ = std::move(anonymous);
  }
  made->leeway_us_ = static_cast<int64_t>(wanted.leeway * 1e6);
  made->session_us_ = static_cast<int64_t>(wanted.session_timeout * 1e6);
  made->cookie_ = wanted.cookie;
  return AuthenticatorRef(std::move(made));
}

Status Authenticator::add_roles(const std::string& text) {
  Result<std::vector<RoleConfig>> roles = parse_roles(text);
  if (!roles) return tl::unexpected<Error>(roles.error());
  for (const RoleConfig& role : *roles) {
    Result<Grant> grant = make_grant({role.namespaces, role.rooms, role.types, role.publish});
    if (!grant) return fail(grant.error().code, "/security/roles/" + role.name, grant.error().message);
    roles_.emplace(role.name, Role{std::move(*grant), role.admin});
  }
  return {};
}

// Roles that are not configured allow nothing.
AccessRef Authenticator::access_of(const std::vector<std::string>& roles, std::optional<Grant> limit) const {
  std::vector<Grant> grants;
  bool admin = false;
  for (const std::string& name : roles) {
    const auto found = roles_.find(name);
    if (found == roles_.end()) continue;
    grants.push_back(found->second.grant);
    admin = admin || found->second.admin;
  }
  return std::make_shared<const Access>(std::move(grants), std::move(limit), admin);
}

Result<IdentityRef> Authenticator::identify(std::string_view token, int64_t now_wall_us) const {
  if (token.empty()) {
    if (anonymous_ != nullptr) return anonymous_;
    return fail("token_missing", "token", "is missing; send it as Authorization: Bearer TOKEN");
  }
  auto identity = std::make_shared<Identity>();
  if (token.starts_with(kApiKeyPrefix)) {
    const ApiKeys::Entry* const entry = api_keys_.find(token);
    if (entry == nullptr) return fail("token_unknown", "token", "is no API key that is configured");
    if (entry->expires_us <= now_wall_us)
      return fail("token_expired", "token", "is an API key that has expired; get a new one");
    identity->subject = entry->id;
    identity->roles = entry->roles;
    identity->expires_us = entry->expires_us;
    identity->access = access_of(entry->roles, std::nullopt);
    identity->credential = to_hex(entry->sha256);
    return IdentityRef(std::move(identity));
  }
  Result<JwtClaims> claims = verify_jwt(token, keys_, now_wall_us / kSecond, leeway_us_ / kSecond);
  if (!claims) return tl::unexpected<Error>(claims.error());
  identity->subject = std::move(claims->subject);
  identity->roles = std::move(claims->roles);
  identity->expires_us = claims->expires_s * kSecond + leeway_us_;
  identity->access = access_of(identity->roles, std::move(claims->limit));
  identity->credential = std::move(claims->key_digest);
  return IdentityRef(std::move(identity));
}

bool Authenticator::still_vouches(const Identity& identity) const {
  if (identity.anonymous) return anonymous_ != nullptr && anonymous_->roles == identity.roles;
  return credentials_.contains(identity.credential);
}

int64_t Authenticator::session_end_us(const Identity& identity, int64_t now_wall_us) const {
  if (identity.anonymous) return kNever;
  if (session_us_ == 0) return identity.expires_us;
  return std::min(identity.expires_us, now_wall_us + session_us_);
}

}  // namespace relay
