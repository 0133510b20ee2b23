#include "session/presence_watch.h"

#include <algorithm>
#include <string>

#include "event/envelope.h"
#include "event/glob.h"

namespace relay {

bool is_watched(const Config& config, std::string_view room) {
  const auto& globs = config.rooms.presence;
  return std::any_of(globs.begin(), globs.end(),
                     [room](const std::string& glob) { return glob_matches(glob, room); });
}

Status check_watched(const Config& config, std::string_view room) {
  if (!is_valid_room(room))
    return fail("bad_room", "room", "a room has 1 to 200 bytes without control characters, * or >");
  if (is_watched(config, room)) return {};
  return fail("no_presence", std::string(room),
              "nobody watches this room; name it, or a pattern for it, in rooms.presence");
}

bool report_joined(const ShardServices& services, std::string_view namespace_, std::string_view room,
                   std::string_view client) {
  if (!is_watched(*services.config, room)) return false;
  services.publisher.presence_changed(
      {true, std::string(namespace_), std::string(room), std::string(client)});
  return true;
}

void report_left(const ShardServices& services, std::string_view namespace_, std::string_view room,
                 std::string_view client) {
  services.publisher.presence_changed(
      {false, std::string(namespace_), std::string(room), std::string(client)});
}

}  // namespace relay
