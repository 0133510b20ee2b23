#pragma once

#include <string_view>

#include "event/envelope.h"
#include "session/shard_services.h"

namespace relay {

/// How events that clients publish are read. `default_source` names the protocol: "/ws".
[[nodiscard]] EnvelopeOptions client_envelope(const ShardServices& services, std::string_view default_source);

}  // namespace relay
