#pragma once

#include <string>

#include "hub/shard_hub.h"

namespace relay {

/// A selection as people read it: "agent.*,task.** where priority >= high in observers".
[[nodiscard]] std::string describe(const Selection& selection);

}  // namespace relay
