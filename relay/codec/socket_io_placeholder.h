#pragma once

#include <cstdint>
#include <string_view>

namespace relay {

/// True when every `{"_placeholder":true,"num":N}` in `json`, which is valid, has a whole N below
/// `attachments`. One pass without recursion, whatever the nesting.
[[nodiscard]] bool placeholders_in_range(std::string_view json, uint32_t attachments);

}  // namespace relay
