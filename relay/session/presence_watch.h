#pragma once

#include <string_view>

#include "base/result.h"
#include "session/shard_services.h"

namespace relay {

/// Whether rooms.presence names the room. [shard]
[[nodiscard]] bool is_watched(const Config& config, std::string_view room);
/// That it does and that there can be such a room; or error `no_presence` or `bad_room`.
[[nodiscard]] Status check_watched(const Config& config, std::string_view room);

/// A client has joined a room. True when that was told: then `report_left` is due once it is out.
[[nodiscard]] bool report_joined(const ShardServices& services, std::string_view namespace_,
                                 std::string_view room, std::string_view client);
void report_left(const ShardServices& services, std::string_view namespace_, std::string_view room,
                 std::string_view client);

}  // namespace relay
