#pragma once

#include <vector>

#include "codec/emission.h"
#include "hub/audience_index.h"

namespace relay {

/// Whom an emission is for, on one shard: each subscriber once, however many of its rooms are named.
struct EmissionTargets {
  std::vector<Audience*> audiences;
  std::vector<Subscriber*> owners;    ///< besides, for rooms of their own; sorted
  std::vector<Subscriber*> excepted;  ///< members of these audiences who are not meant; sorted
};

/// Valid until somebody joins or leaves.
[[nodiscard]] EmissionTargets find_targets(const AudienceIndex& index, const Emission& emission);

/// The same, one by one.
[[nodiscard]] std::vector<Subscriber*> find_subscribers(const AudienceIndex& index, const Emission& emission);

}  // namespace relay
