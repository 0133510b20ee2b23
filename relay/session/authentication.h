#pragma once

#include <string_view>

#include "auth/identity.h"
#include "base/result.h"
#include "base/timer_wheel.h"
#include "session/shard_services.h"

namespace relay {

/// What sessions ask of the shard's authenticator. [shard]

/// The token of a session that went on has ended.
[[nodiscard]] Error token_expired_error();

/// Has `timer` go off when a session of `identity` that begins, or goes on, now has to end; disarms it when
/// that is never.
void arm_identity_end(ShardServices& services, const Identity& identity, Timer& timer);

/// Errors `token_revoked` when what vouches for it is configured no longer, `token_expired`; `token_missing`
/// for one who came when nobody was asked (null), and now is.
[[nodiscard]] Status check_vouched(const ShardServices& services, const Identity* identity);

/// Who `token` is of, for a session of `present`: the same subject, which must have a name. Errors as in
/// Session::renew_identity.
[[nodiscard]] Result<IdentityRef> renewed_identity(const ShardServices& services, const Identity* present,
                                                   std::string_view token);

}  // namespace relay
