#pragma once

#include <functional>
#include <string_view>

namespace relay {

/// Calls `member` with the key (between its quotes, still escaped) and the value, byte for byte, of every
/// member of the JSON object `json`. False when `json` is not shaped like an object. Values are not checked:
/// it finds where they end, so that events can be printed exactly as they came.
bool for_each_member(std::string_view json,
                     const std::function<void(std::string_view key, std::string_view value)>& member);

}  // namespace relay
