#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay {

/// What long polling carries: Engine.IO packets joined by 0x1e, binary as `b` and base64. Pure.

/// More packets than this in one request are an attack, not a burst.
inline constexpr size_t kMaxPayloadPackets = 1024;

/// The packets of a request's body, views into it; nothing when there are none or too many.
[[nodiscard]] std::optional<std::vector<std::string_view>> split_engine_io_payload(std::string_view body);

/// Takes the first of `frames`, uncompressed WebSocket frames one behind the other, and appends its packet to
/// `payload`. False when `frames` is empty.
bool append_engine_io_packet(std::string& payload, std::string_view& frames);

}  // namespace relay
