#include "session/authentication.h"

#include <limits>
#include <utility>

#include "auth/authenticator.h"

namespace relay {

Error token_expired_error() {
  return {"token_expired", "token", "has expired, or the session has lasted long enough; bring a new token"};
}

void arm_identity_end(ShardServices& services, const Identity& identity, Timer& timer) {
  const int64_t now_us = services.clock.wall_us();
  const int64_t end_us = services.authenticator == nullptr
                             ? identity.expires_us
                             : services.authenticator->session_end_us(identity, now_us);
  if (end_us == std::numeric_limits<int64_t>::max()) return timer.disarm();
  // Tokens have the time of the wall, and timers that of no clock anybody sets.
  services.timers.arm(timer, services.clock.monotonic_us() + (end_us > now_us ? end_us - now_us : 0));
}

Status check_vouched(const ShardServices& services, const Identity* identity) {
  if (services.authenticator == nullptr) return {};
  if (identity == nullptr) return fail("token_missing", "token", "is needed now; connect anew with one");
  if (identity->expires_us <= services.clock.wall_us()) return tl::unexpected<Error>(token_expired_error());
  if (services.authenticator->still_vouches(*identity)) return {};
  return fail("token_revoked", "token", "is of a key that is configured no longer; bring a new token");
}

Result<IdentityRef> renewed_identity(const ShardServices& services, const Identity* present,
                                     std::string_view token) {
  if (services.authenticator == nullptr || present == nullptr)
    return fail("no_authentication", "token", "nobody is asked for one here; leave it out");
  if (token.empty()) return fail("token_missing", "token", "is missing; give the new one");
  Result<IdentityRef> fresh = services.authenticator->identify(token, services.clock.wall_us());
  if (!fresh) return fresh;
  if ((*fresh)->subject.empty() || (*fresh)->subject != present->subject)
    return fail("token_subject", "token", "is of another subject than the session; connect anew with it");
  return fresh;
}

}  // namespace relay
