#pragma once

#include <string_view>

#include "base/result.h"
#include "config/json_source.h"

namespace relay {

/// Puts "server.ping_interval=10" or "plugins.0.on_error=pass" into the tree before it is read, so that an
/// override is checked like any other value. Missing objects on the way are made; array items must exist.
/// Error `bad_override`.
[[nodiscard]] Status apply_override(JsonNode& root, std::string_view assignment);

}  // namespace relay
